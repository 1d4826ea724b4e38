#include "fakes/changedetection/fake_changedetection.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sluice::fakes {
namespace {

using nlohmann::json;

Answer json_answer(unsigned status, const json& body) {
  return {.status = status, .body = body.dump()};
}

}  // namespace

FakeChangeDetection::FakeChangeDetection(std::string api_key)
    : api_key_(std::move(api_key)),
      server_([this](const Request& request) { return answer(request); }) {}

void FakeChangeDetection::add(Watch watch) {
  const std::scoped_lock lock(mutex_);
  watches_.emplace("watch-" + std::to_string(watches_.size()), std::move(watch));
}

std::vector<Watch> FakeChangeDetection::watches() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Watch> all;
  for (const auto& [id, watch] : watches_) all.push_back(watch);
  return all;
}

std::optional<Notification> FakeChangeDetection::change(const std::string& url) const {
  const auto all = watches();
  const auto watch =
      std::find_if(all.begin(), all.end(), [&](const Watch& one) { return one.url == url; });
  if (watch == all.end()) return std::nullopt;
  // scheme://authority/path?+Name=value&+Name=value
  const std::string& address = watch->notification_url;
  const std::size_t path = address.find('/', address.find("://") + 3);
  const std::size_t query = std::min(address.find('?'), address.size());
  Notification out{.path = address.substr(path, query - path),
                   .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                   .body = watch->notification_body};
  for (std::size_t at = query; at < address.size();) {
    const std::size_t end = std::min(address.find('&', at), address.size());
    const std::string item = address.substr(at + 1, end - at - 1);
    const std::size_t equals = item.find('=');
    if (item.starts_with('+') && equals != item.npos) {
      out.headers.push_back({item.substr(1, equals - 1), item.substr(equals + 1)});
    }
    at = end;
  }
  return out;
}

Answer FakeChangeDetection::answer(const Request& request) {
  if (request.path() != "/api/v1/watch") return json_answer(404, {{"message", "no such thing"}});
  if (!api_key_.empty() && request.header("x-api-key") != api_key_) {
    return json_answer(403, "Invalid access - API key invalid.");
  }
  if (request.method == "GET") return list();
  if (request.method == "POST") return make(request);
  return json_answer(405, {{"message", "no such method"}});
}

Answer FakeChangeDetection::list() const {
  const std::scoped_lock lock(mutex_);
  json all = json::object();
  for (const auto& [id, watch] : watches_) {
    all[id] = {{"last_changed", 0}, {"last_checked", 0}, {"last_error", false},
               {"title", nullptr},  {"url", watch.url},  {"viewed", true}};
  }
  return json_answer(200, all);
}

Answer FakeChangeDetection::make(const Request& request) {
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.value("url", json()).is_string()) {
    return json_answer(400, {{"message", "'url' is a required property"}});
  }
  const std::string url = body["url"];
  if (!url.starts_with("http")) return json_answer(400, "Invalid or unsupported URL");
  Watch watch{.url = url,
              .title = body.value("title", ""),
              .tag = body.value("tag", ""),
              .seconds = body.value("/time_between_check/seconds"_json_pointer, 0),
              .notification_url = body.value("/notification_urls/0"_json_pointer, std::string()),
              .notification_body = body.value("notification_body", "")};
  add(std::move(watch));
  return json_answer(201, {{"uuid", "9f8d7c6b-0000-4000-8000-000000000000"}});
}

}  // namespace sluice::fakes
