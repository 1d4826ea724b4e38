#include "fakes/firecrawl/requests.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace sluice::fakes {
namespace {

using Keys = std::set<std::string, std::less<>>;

const Keys& scrape_keys(ApiVersion version) {
  static const Keys kV1 = {"actions",
                           "blockAds",
                           "changeTrackingOptions",
                           "excludeTags",
                           "formats",
                           "headers",
                           "includeTags",
                           "jsonOptions",
                           "location",
                           "maxAge",
                           "mobile",
                           "onlyMainContent",
                           "parsePDF",
                           "proxy",
                           "removeBase64Images",
                           "skipTlsVerification",
                           "storeInCache",
                           "threatProtection",
                           "timeout",
                           "waitFor",
                           "zeroDataRetention",
                           "extract",
                           "agent"};
  static const Keys kV2 = {"actions",
                           "auditMetadata",
                           "blockAds",
                           "excludeTags",
                           "formats",
                           "headers",
                           "includeTags",
                           "location",
                           "lockdown",
                           "maxAge",
                           "minAge",
                           "mobile",
                           "onlyCleanContent",
                           "onlyMainContent",
                           "parsers",
                           "profile",
                           "proxy",
                           "redactPII",
                           "removeBase64Images",
                           "skipTlsVerification",
                           "storeInCache",
                           "threatProtection",
                           "timeout",
                           "waitFor",
                           "zeroDataRetention"};
  return version == ApiVersion::kV2 ? kV2 : kV1;
}

const Keys& crawl_keys(ApiVersion version) {
  static const Keys kV1 = {"allowBackwardLinks",
                           "allowExternalLinks",
                           "allowSubdomains",
                           "crawlEntireDomain",
                           "deduplicateSimilarURLs",
                           "delay",
                           "excludePaths",
                           "ignoreQueryParameters",
                           "ignoreRobotsTxt",
                           "ignoreSitemap",
                           "includePaths",
                           "limit",
                           "maxConcurrency",
                           "maxDepth",
                           "maxDiscoveryDepth",
                           "regexOnFullURL",
                           "scrapeOptions",
                           "url",
                           "webhook",
                           "zeroDataRetention"};
  static const Keys kV2 = {"allowExternalLinks",
                           "allowSubdomains",
                           "crawlEntireDomain",
                           "deduplicateSimilarURLs",
                           "delay",
                           "excludePaths",
                           "ignoreQueryParameters",
                           "ignoreRobotsTxt",
                           "includePaths",
                           "limit",
                           "maxConcurrency",
                           "maxDiscoveryDepth",
                           "prompt",
                           "regexOnFullURL",
                           "robotsUserAgent",
                           "scrapeOptions",
                           "sitemap",
                           "url",
                           "webhook",
                           "zeroDataRetention"};
  return version == ApiVersion::kV2 ? kV2 : kV1;
}

bool is_known(const std::string& key, Operation operation, ApiVersion version) {
  if (key == "origin" || key == "integration") return true;  // who asks: vendors' clients say it
  switch (operation) {
    case Operation::kCrawl:
      return crawl_keys(version).contains(key);
    case Operation::kMap:
      return Keys{"url",        "search",  "sitemap",  "includeSubdomains", "ignoreQueryParameters",
                  "limit",      "timeout", "location", "ignoreSitemap",     "sitemapOnly",
                  "ignoreCache"}
          .contains(key);
    case Operation::kScrape:
      return key == "url" || scrape_keys(version).contains(key);
    case Operation::kBatch:
      break;
  }
  return Keys{"urls", "webhook", "ignoreInvalidURLs", "maxConcurrency", "appendToId"}.contains(
             key) ||
         scrape_keys(version).contains(key);
}

}  // namespace

Answer answer_of(const ApiError& error) {
  Json body = {{"success", false}};
  if (!error.code.empty()) body["code"] = error.code;
  body["error"] = error.error;
  return {.status = error.status, .body = text_of(body)};
}

std::variant<Json, ApiError> read_body(const Request& request, Operation operation,
                                       ApiVersion version) {
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded()) {
    return ApiError{400, "Bad request, malformed JSON", "BAD_REQUEST_INVALID_JSON"};
  }
  const char* wanted = operation == Operation::kBatch ? "urls" : "url";
  if (!body.is_object() || !body.contains(wanted))
    return ApiError{400, "Bad Request", "BAD_REQUEST"};
  const bool has_right_type =
      operation == Operation::kBatch ? body[wanted].is_array() : body[wanted].is_string();
  if (!has_right_type) return ApiError{400, "Bad Request", "BAD_REQUEST"};
  if (version == ApiVersion::kV0) return body;  // was not strict
  for (const auto& [key, value] : body.items()) {
    if (is_known(key, operation, version)) continue;
    return ApiError{400,
                    "Unrecognized key in body -- please review the " +
                        std::string(name_of(version)) +
                        " API documentation for request body changes",
                    "BAD_REQUEST"};
  }
  return body;
}

std::variant<Webhook, ApiError> read_webhook(const Json& body) {
  Webhook webhook;
  const auto given = body.find("webhook");
  if (given == body.end()) return webhook;
  const ApiError bad{400, "Bad Request", "BAD_REQUEST"};
  if (given->is_string()) {
    webhook.url = given->get<std::string>();
    return webhook;
  }
  if (!given->is_object() || !given->contains("url")) return bad;
  for (const auto& [key, value] : given->items()) {
    if (key == "url" && value.is_string()) {
      webhook.url = value.get<std::string>();
    } else if (key == "headers" && value.is_object()) {
      for (const auto& [name, text] : value.items()) {
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!text.is_string() || lower == "x-firecrawl-signature") return bad;
        webhook.headers[name] = text.get<std::string>();
      }
    } else if (key == "metadata" && value.is_object()) {
      if (!std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_string(); })) {
        return bad;
      }
      webhook.metadata = value;
    } else if (key == "events" && value.is_array()) {
      for (const Json& event : value) {
        if (event != "started" && event != "page" && event != "completed" && event != "failed") {
          return bad;
        }
        webhook.events.push_back(event.get<std::string>());
      }
    } else {
      return bad;
    }
  }
  return webhook;
}

std::string query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == key) {
      return std::string(pair.substr(equals + 1));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() != kLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_hyphen ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace sluice::fakes
