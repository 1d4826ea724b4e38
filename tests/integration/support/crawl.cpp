// The shapes of v0, v1 and v2, as their senders write them.
#include "support/crawl.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace sluice::testing {

using nlohmann::json;

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

Answer deliver(Http& http, std::string body) {
  std::string signature = signature_of(body, kSecret);
  return http.send(
      "POST", kWebhook, std::move(body),
      {{"Content-Type", "application/json"}, {"X-Firecrawl-Signature", std::move(signature)}});
}

json Crawl::event(const std::string& type, json data) const {
  json event = {
      {"success", true}, {"type", type}, {"data", std::move(data)}, {"metadata", json::object()}};
  event[generation_ == Generation::kV0 ? "jobId" : "id"] = id_;
  if (generation_ == Generation::kV2) event["webhookId"] = "8d2a8e4c-0e0f-4a53-9b0e-6a7f3d0c1b2a";
  return event;
}

json Crawl::document(const TestPage& page) const {
  json metadata = {{"title", page.title},
                   {"language", page.language},
                   {"sourceURL", page.url},
                   {"robots", {"index", "follow"}}};
  if (generation_ != Generation::kV0) metadata["url"] = page.url;
  if (page.status_code) {
    metadata[generation_ == Generation::kV0 ? "pageStatusCode" : "statusCode"] = *page.status_code;
  }
  if (!page.country.empty()) metadata["country"] = page.country;
  if (page.is_mobile) metadata["isMobile"] = *page.is_mobile;
  json document = {{"markdown", page.markdown}, {"metadata", std::move(metadata)}};
  if (generation_ != Generation::kV0) return document;
  document["content"] = page.markdown;
  return {{"content", std::move(document)}, {"source", page.url}};
}

json Crawl::pages(const std::vector<TestPage>& pages) const {
  json data = json::array();
  for (const auto& page : pages) data.push_back(document(page));
  return event("crawl.page", std::move(data));
}

json Crawl::failed_page(const std::string& url, const std::string& error) const {
  json failed = event("crawl.page", {{{"metadata", {{"sourceURL", url}}}}});
  failed["success"] = false;
  failed["error"] = error;
  return failed;
}

}  // namespace sluice::testing
