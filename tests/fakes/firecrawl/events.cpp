#include "fakes/firecrawl/events.hpp"

#include "fakes/firecrawl/fake_firecrawl.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::fakes {
namespace {

// What an event says beside its type.
struct Content {
  Json data = Json::array();
  std::string error = {};  // empty: success
};

bool is_new(const FirecrawlOptions& options) { return options.build == FirecrawlBuild::kAug2026; }

bool is_wanted(const Job& job, const std::string& kind, const FirecrawlOptions& options) {
  const Webhook& webhook = job.webhook;
  if (webhook.url.empty()) return false;
  // With its own setting alone the server tells newer APIs little or nothing.
  if (!webhook.is_of_request && job.version != ApiVersion::kV0) {
    return is_new(options) && kind == "page";
  }
  return webhook.events.empty() ||
         std::find(webhook.events.begin(), webhook.events.end(), kind) != webhook.events.end();
}

Parcel make_event(const Job& job, const std::string& kind, Content content,
                  const FirecrawlOptions& options) {
  Json event = {{"success", content.error.empty()},
                {"type", std::string(name_of(job.kind)) + "." + kind},
                {job.version == ApiVersion::kV0 ? "jobId" : "id", job.id}};
  if (is_new(options)) event["webhookId"] = new_uuid();
  event["data"] = std::move(content.data);
  if (!content.error.empty()) event["error"] = content.error;
  event["metadata"] = job.webhook.metadata;
  Parcel parcel{job.webhook.url, kind, text_of(event), {{"Content-Type", "application/json"}}};
  for (const auto& [name, value] : job.webhook.headers) parcel.headers.push_back({name, value});
  if (is_new(options) && !options.webhook_secret.empty()) {
    parcel.headers.push_back(
        {"X-Firecrawl-Signature", firecrawl_signature(parcel.body, options.webhook_secret)});
  }
  return parcel;
}

// v0 has the text twice.
Json v0_document(const Json& document) {
  const std::string markdown = document.value("markdown", "");
  return {{"content", markdown}, {"markdown", markdown}, {"metadata", document["metadata"]}};
}

// All pages, which only v0 sends at the end, and each build in a shape of its own.
Json all_documents(const Job& job, const FirecrawlOptions& options) {
  Json data = Json::array();
  if (job.version != ApiVersion::kV0) return data;
  for (const Json& document : job.documents) {
    if (document.is_null()) continue;
    Json old = v0_document(document);
    if (is_new(options)) old = {{"content", old}, {"source", document["metadata"]["sourceURL"]}};
    data.push_back(std::move(old));
  }
  return data;
}

}  // namespace

std::string firecrawl_signature(std::string_view body, std::string_view secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       static_cast<const unsigned char*>(static_cast<const void*>(body.data())), body.size(),
       digest.data(), &length);
  std::string text = "sha256=";
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest.at(i) >> 4U];
    text += kDigits[digest.at(i) & 15U];
  }
  return text;
}

std::optional<Parcel> started_event(const Job& job, const FirecrawlOptions& options) {
  if (!is_wanted(job, "started", options)) return std::nullopt;
  return make_event(job, "started", {}, options);
}

std::optional<Parcel> page_event(const Job& job, const Scraped& page,
                                 const FirecrawlOptions& options) {
  if (!is_wanted(job, "page", options)) return std::nullopt;
  const bool is_v0 = job.version == ApiVersion::kV0;
  Content content{.error = page.error};
  if (page.error.empty()) {
    if (is_v0 && is_new(options)) return std::nullopt;
    content.data.push_back(is_v0 ? v0_document(page.document) : page.document);
  } else {
    if (!is_v0 && !is_new(options)) return std::nullopt;
    if (!is_v0) content.data.push_back({{"metadata", {{"sourceURL", page.url}}}});
  }
  return make_event(job, "page", std::move(content), options);
}

std::optional<Parcel> completed_event(const Job& job, const FirecrawlOptions& options) {
  if (!is_wanted(job, "completed", options)) return std::nullopt;
  return make_event(job, "completed", {.data = all_documents(job, options)}, options);
}

}  // namespace sluice::fakes
