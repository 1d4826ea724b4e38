// A crawl as Firecrawl reports it: signed events of one id, in the shape of one generation.
#pragma once

#include "support/http.hpp"
#include "support/pages.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

inline constexpr const char* kWebhook = "/api/webhook/firecrawl";
inline constexpr const char* kSecret = "a-secret-of-the-tests";

// What X-Firecrawl-Signature says of these bytes.
std::string signature_of(std::string_view body, std::string_view secret);

// Posts the bytes to the webhook, signed.
Answer deliver(Http& http, std::string body);
inline Answer deliver(Http& http, const nlohmann::json& event) {
  return deliver(http, event.dump());
}

enum class Generation { kV0, kV1, kV2 };

class Crawl final {
 public:
  explicit Crawl(std::string id, Generation generation = Generation::kV2)
      : id_(std::move(id)), generation_(generation) {}

  const std::string& id() const { return id_; }

  nlohmann::json event(const std::string& type, nlohmann::json data) const;
  nlohmann::json document(const TestPage& page) const;
  nlohmann::json started() const { return event("crawl.started", nlohmann::json::array()); }
  nlohmann::json completed() const { return event("crawl.completed", nlohmann::json::array()); }
  nlohmann::json page(const TestPage& page) const { return pages({page}); }
  // Several in one event, as a v0 crawl has them at its end.
  nlohmann::json pages(const std::vector<TestPage>& pages) const;
  // One that Firecrawl could not get.
  nlohmann::json failed_page(const std::string& url, const std::string& error) const;

 private:
  std::string id_;
  Generation generation_;
};

}  // namespace sluice::testing
