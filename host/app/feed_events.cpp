#include "app/feed_events.hpp"

#include "base/uuid.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

namespace sluice::app {
namespace {

using nlohmann::json;

bool has_text(const json& metadata, const char* key) {
  const auto at = metadata.find(key);
  return at != metadata.end() && at->is_string() && !at->get_ref<const std::string&>().empty();
}

}  // namespace

std::optional<Generation> generation_of(std::string_view name) {
  if (name == "v0") return Generation::kV0;
  if (name == "v1") return Generation::kV1;
  if (name == "v2") return Generation::kV2;
  return std::nullopt;
}

void complete_metadata(FeedPage& page) {
  json& metadata = page.metadata;
  if (!has_text(metadata, "sourceURL")) metadata["sourceURL"] = page.url;
  if (!has_text(metadata, "url")) metadata["url"] = page.url;
  if (!metadata.contains("statusCode")) metadata["statusCode"] = 200;
  if (!has_text(metadata, "scrapeId")) metadata["scrapeId"] = random_uuid();
}

CrawlEvents::CrawlEvents(Generation generation, std::string crawl_id)
    : generation_(generation), crawl_id_(std::move(crawl_id)) {}

json CrawlEvents::document(const FeedPage& page) const {
  json document = json::object();
  if (page.markdown) {
    if (generation_ == Generation::kV0) document["content"] = *page.markdown;
    document["markdown"] = *page.markdown;
  }
  document["metadata"] = page.metadata;
  return document;
}

std::string CrawlEvents::event(const char* type, json data) const {
  json event = {
      {"success", true}, {"type", type}, {"data", std::move(data)}, {"metadata", json::object()}};
  event[generation_ == Generation::kV0 ? "jobId" : "id"] = crawl_id_;
  if (generation_ == Generation::kV2) event["webhookId"] = random_uuid();
  return event.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string CrawlEvents::started() const { return event("crawl.started", json::array()); }

std::string CrawlEvents::page(const FeedPage& page) const {
  json data = json::array();
  data.push_back(document(page));
  return event("crawl.page", std::move(data));
}

std::string CrawlEvents::completed(const std::vector<FeedPage>& pages) const {
  json data = json::array();
  if (wants_pages_at_end()) {
    for (const FeedPage& page : pages) data.push_back(document(page));
  }
  return event("crawl.completed", std::move(data));
}

std::string signature_of(std::string_view body, std::string_view secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  std::string text = "sha256=";
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest.at(i) >> 4U];
    text += kDigits[digest.at(i) & 15U];
  }
  return text;
}

}  // namespace sluice::app
