// firecrawl-source: takes the deliveries of Firecrawl's webhook and puts their pages into the
// pipeline.
#include "door.hpp"
#include "host_api.hpp"
#include "host_backstage.hpp"
#include "host_pipeline.hpp"
#include "operations.hpp"
#include "reconciler.hpp"
#include "webhook.hpp"

#include <sluice/http.hpp>
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

constexpr std::chrono::seconds kProbeTimeout{10};

constexpr auto kSchema = sluice::object(
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
    sluice::duration("timeout").otherwise("60s").describe("Of one request to api_url."),
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
                  "lost."));

constexpr std::chrono::seconds kTick{1};
constexpr std::uint32_t kReleasedAtOnce = 64;
constexpr std::chrono::hours kNeverQuiet{24 * 40};  // longer than the ledger remembers a crawl

// Configured once; deliveries come on several threads at a time, each through const settings and
// the thread-safe pipeline, and are answered where the pipeline says that it has them.
class FirecrawlSource final : public sluice::Component, public sluice::PushSource {
 public:
  sluice::Status configure(sluice::Config config) override {
    settings_.secret = config.text("/webhook_secret");
    settings_.pages.min_status = config.integer("/min_status");
    settings_.pages.max_status = config.integer("/max_status");
    settings_.pages.on_gone = config.text("/on_gone") == "delete" ? OnGone::kDelete : OnGone::kKeep;
    if (settings_.pages.min_status > settings_.pages.max_status) {
      return sluice::Status::config("/min_status",
                                    "min_status is above max_status, so no page would be indexed");
    }
    if (sluice::Status status = set_api(config); !status.ok()) return status;
    if (sluice::Status status = pipeline_.attach(host()); !status.ok()) return status;
    backstage_.emplace(host(), pipeline_, door_);
    set_reconciler(config);
    return routes_.add_at(host(),
                          {"POST", config.text("/webhook_path"),
                           SLUICE_ROUTE_OPEN | SLUICE_ROUTE_NONBLOCKING, kWebhookOperation},
                          [this](sluice::HttpExchange exchange) { answer(std::move(exchange)); });
  }

  sluice::Status start() override {
    if (settings_.secret.empty()) {
      host().log(SLUICE_LOG_WARN,
                 "webhook_secret is not set: whoever can reach the webhook can add pages");
    }
    ticks_ = sluice::Timer(host(), kTick, kTick, [this] {
      backstage_->post([this] { reconciler_ ? reconciler_->tick() : release_crawls(); });
    });
    return {};
  }

  sluice::Status drain() override {
    ticks_.cancel();
    api_.stop();
    door_.close();
    return {};
  }

  sluice::Status probe() override {
    if (!api_.is_set()) return {SLUICE_E_UNSUPPORTED, "api_url is not set"};
    // The cheapest question that also tries key and version; an old Firecrawl answers it with 404.
    const sluice::HttpResponse response = api_.fetch(api_.make_request(
        {.path = "/" + api_version_ + "/crawl/active", .timeout = kProbeTimeout}));
    if (response.status == 0) {
      return sluice::Status::retry("Firecrawl does not answer at api_url; is it running?");
    }
    if (response.status == 401 || response.status == 403) {
      return sluice::Status::config("/api_key", "Firecrawl refuses the api_key");
    }
    return {};
  }

 private:
  sluice::Status set_api(const sluice::Config& config) {
    std::string url(config.text("/api_url"));
    if (url.empty()) return {};
    const sluice::PageUrl checked = sluice::canonical_url(url);
    if (!checked.ok() || !checked.canonical.starts_with("http")) {
      return sluice::Status::config(
          "/api_url",
          "api_url is not an http:// or https:// address such as http://localhost:3002");
    }
    while (url.ends_with('/')) url.pop_back();
    api_version_ = config.text("/api_version");
    api_.attach(host(), {url, std::string(config.text("/api_key")), config.duration("/timeout")});
    return {};
  }

  void set_reconciler(const sluice::Config& config) {
    if (!api_.is_set() || !config.boolean("/reconcile") || !pipeline_.crawls().lists_unfinished()) {
      return;
    }
    settings_.closed = [this](const std::string& job_id) { reconciler_->closed(job_id); };
    reconciler_.emplace(
        ReconcilerSettings{api_version_, settings_.pages, config.duration("/reconcile_after"),
                           config.duration("/reconcile_quiet")},
        api_, pipeline_, *backstage_);
  }

  // Crawls that were being compared when the settings still asked for it would never be done. The
  // pipeline opens some time after start.
  void release_crawls() {
    if (has_released_.load(std::memory_order_relaxed)) return;
    std::vector<sluice::UnfinishedCrawl> crawls;
    if (!pipeline_.crawls().lists_unfinished() ||
        !pipeline_.crawls().unfinished(kNeverQuiet, kReleasedAtOnce, crawls).ok()) {
      return;
    }
    if (crawls.empty()) has_released_.store(true, std::memory_order_relaxed);
    for (sluice::UnfinishedCrawl& crawl : crawls) {
      CrawlNews news{.job_id = std::move(crawl.group)};
      news.fetch = Fetch::kEnded;
      news.look = Look::kSecond;
      pipeline_.take(std::move(news), [](Intake, std::span<const PageVerdict>) {});
    }
  }

  void answer(sluice::HttpExchange given) {
    // Shared, as a std::function must be copyable and an exchange is not.
    auto exchange = std::make_shared<sluice::HttpExchange>(std::move(given));
    if (!door_.enter()) {
      return respond(*exchange,
                     unavailable_answer("The pipeline is stopping; send the event again later."));
    }
    const Respond respond_here = [exchange, visit = std::make_shared<Visit>(door_)](
                                     const Answer& answer) { respond(*exchange, answer); };
    try {
      const std::string_view body = exchange->body();
      answer_delivery(settings_,
                      {.signature = exchange->header("X-Firecrawl-Signature"),
                       .body = body,
                       .readable = body.size()},
                      pipeline_, respond_here);
    } catch (const std::bad_alloc&) {
      respond_here(unavailable_answer("The host is out of memory; send the event again later."));
    } catch (const std::exception& e) {
      host().log(SLUICE_LOG_ERROR, std::string("a webhook delivery failed: ") + e.what());
      respond_here(error_answer(500, "The delivery failed inside the host; its log says why."));
    }
  }

  static void respond(sluice::HttpExchange& exchange, const Answer& answer) {
    std::vector<sluice::HttpHeader> headers{{"Content-Type", "application/json"}};
    if (answer.retry_after_seconds > 0) {
      headers.push_back({"Retry-After", std::to_string(answer.retry_after_seconds)});
    }
    exchange.respond(static_cast<std::uint32_t>(answer.status), headers, answer.body);
  }

  WebhookSettings settings_;
  std::string api_version_;
  HostApi api_;
  HostPipeline pipeline_;
  Door door_;
  std::optional<HostBackstage> backstage_;
  std::optional<Reconciler> reconciler_;
  std::atomic<bool> has_released_{false};  // relaxed: a tick more or less does no harm
  sluice::HttpRoutes routes_;
  sluice::Timer ticks_;  // last: it ends before what it turns
};

constexpr sluice_descriptor kFirecrawlSource = sluice::component<FirecrawlSource>({
    .id = "sluice.firecrawl-source",
    .version = "0.1.0",
    .summary = "Takes crawled pages from Firecrawl's webhook",
    .config_schema = kSchema.c_str(),
    .vendor = "Sluice",
    .license = "MIT",
});

}  // namespace
}  // namespace firecrawl

SLUICE_PLUGIN("sluice.firecrawl-source", &firecrawl::kFirecrawlSource)
