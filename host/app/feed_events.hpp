// The events of a crawl, as each generation of Firecrawl's webhooks writes them.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::app {

enum class Generation { kV0, kV1, kV2 };

std::optional<Generation> generation_of(std::string_view name);  // "v0", "v1", "v2"

// A page as a crawler found it.
struct FeedPage {
  std::string url = {};
  std::optional<std::string> markdown = {};  // none: the page was not scraped as Markdown
  nlohmann::json metadata = nlohmann::json::object();
};

// Fills in what every scraped page has: sourceURL, url, statusCode, scrapeId.
void complete_metadata(FeedPage& page);

// Bodies of one crawl's deliveries, in compact JSON; bytes that are not UTF-8 become U+FFFD. Any
// thread.
class CrawlEvents {
 public:
  CrawlEvents(Generation generation, std::string crawl_id);

  std::string started() const;
  std::string page(const FeedPage& page) const;

  // v1 and v2 close with an empty event; v0 sends all pages once more, so that only it wants them.
  std::string completed(const std::vector<FeedPage>& pages) const;
  bool wants_pages_at_end() const { return generation_ == Generation::kV0; }

 private:
  std::string event(const char* type, nlohmann::json data) const;
  nlohmann::json document(const FeedPage& page) const;

  Generation generation_;
  std::string crawl_id_;
};

// The value of X-Firecrawl-Signature: "sha256=" and the HMAC of the body in lower-case hex.
std::string signature_of(std::string_view body, std::string_view secret);

}  // namespace sluice::app
