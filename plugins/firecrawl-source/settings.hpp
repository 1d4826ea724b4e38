// The settings of firecrawl-source, as JSON Schema.
#pragma once

#include <sluice/schema.hpp>

namespace firecrawl {

inline constexpr auto kSchema = sluice::object(
    sluice::text("webhook_path")
        .otherwise("/api/webhook/firecrawl")
        .pattern("^/[A-Za-z0-9._~/-]*$")
        .describe("Where Firecrawl delivers: the path of the webhook on this host."),
    sluice::text("webhook_secret")
        .secret()
        .describe("Key of X-Firecrawl-Signature. Without it deliveries are taken unsigned."),
    sluice::integer("min_status")
        .range(100, 599)
        .otherwise(200)
        .describe("The lowest HTTP status of a page worth indexing."),
    sluice::integer("max_status")
        .range(100, 599)
        .otherwise(399)
        .describe("The highest HTTP status of a page worth indexing."),
    sluice::choice("on_gone", R"(["keep","delete"])")
        .otherwise("keep")
        .describe("What a page that answers 404 or 410 does to the document indexed before."),
    sluice::text("api_url").describe("Base address of Firecrawl, tried by `sluice check --probe`."),
    sluice::text("api_key").secret().describe("Bearer key for api_url."),
    sluice::choice("api_version", R"(["v1","v2"])")
        .otherwise("v2")
        .describe("Version of the Firecrawl API behind api_url."),
    sluice::duration("timeout").otherwise("60s").describe(
        "Of one request to api_url; of the proxy's, until the answer begins, and then between its "
        "parts."),
    sluice::boolean("reconcile")
        .otherwise(true)
        .describe(
            "Whether a crawl that has closed, or went quiet, is compared with Firecrawl's own "
            "list of its pages. Needs api_url."),
    sluice::duration("reconcile_after")
        .otherwise("2s")
        .describe("How long after its closing: page events may still be on their way."),
    sluice::duration("reconcile_quiet")
        .otherwise("10m")
        .describe("After how long without news an open crawl is asked about: its closing may be "
                  "lost."),
    sluice::duration("timeout_buffer")
        .otherwise("10s")
        .describe("How much longer than its own timeout a scrape is waited for."),
    sluice::boolean("scrape").otherwise(true).describe(
        "Whether POST /api/v2/scrape is served. Needs api_url."),
    sluice::bytes("scrape_cache")
        .otherwise("64MiB")
        .describe("How much of the pages scraped last is kept in memory."),
    sluice::boolean("proxy").otherwise(true).describe(
        "Whether /v1/* and /v2/* are passed on to Firecrawl with api_key. Needs api_url, and an "
        "API "
        "token of the host."),
    sluice::boolean("proxy_without_token")
        .otherwise(false)
        .describe("Serves the proxy also where the host has no API token: whoever reaches the host "
                  "then spends api_key."),
    sluice::boolean("allow_private_targets")
        .otherwise(false)
        .describe("Whether Firecrawl may be sent to addresses inside of private networks."),
    sluice::text("change_path")
        .otherwise("/api/webhook/changedetection")
        .pattern("^/[A-Za-z0-9._~/-]*$")
        .describe("Where changedetection.io reports a changed page. Needs api_url."),
    sluice::text("change_secret")
        .secret()
        .describe("Key of X-Signature; webhook_secret where it is missing."),
    sluice::boolean("watch").otherwise(false).describe(
        "Whether changedetection.io is asked to watch every page that is taken. Needs api_url, "
        "watch_url and watch_notify."),
    sluice::text("watch_url").describe("Base address of changedetection.io."),
    sluice::text("watch_key").secret().describe("Its API key."),
    sluice::text("watch_notify")
        .describe("Base address of this host as changedetection.io reaches it; changes are "
                  "reported to change_path there."),
    sluice::duration("watch_interval")
        .otherwise("1h")
        .describe("How long changedetection.io waits between two looks at a page."),
    sluice::text("watch_tag").otherwise("sluice").describe("The tag of the watches."),
    sluice::integer("watch_limit")
        .range(1, 100'000)
        .otherwise(1000)
        .describe("How many watches there may be, those of others among them; further pages are "
                  "not watched."));

}  // namespace firecrawl
