#include "app/feed_delivery.hpp"

#include "app/client_host.hpp"
#include "app/feed_events.hpp"
#include "app/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <utility>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUsualWait{1'000};     // where the host does not say
constexpr milliseconds kLongestWait{30'000};  // a host that asks for more is asked again anyway
constexpr milliseconds kGonePatience{
    15'000};                                 // for a host that restarts; one that is gone stays so
constexpr std::size_t kLongestReason = 200;  // columns of the host's words

// The host's first complaint about the page, if it has one.
std::string complaint_in(const nlohmann::json& answer) {
  const nlohmann::json& failed = part_at(answer, "failed_documents");
  if (!failed.is_array() || failed.empty()) return "the host does not take the page";
  const std::string reason = shortened(text_at(failed.front(), "error"), kLongestReason);
  return reason.empty() ? "the host does not take the page" : reason;
}

}  // namespace

Delivered judge(const net::ClientResponse& response) {
  if (response.transport == net::Transport::kBadUrl) return {Outcome::kFailed, response.detail};
  if (response.transport != net::Transport::kOk) return {Outcome::kLost, response.detail};
  if (response.status == 503 || response.status == 429) {
    return {Outcome::kBusy, "the host answered " + detail_of(response)};
  }
  if (response.status < 200 || response.status > 299) {
    return {Outcome::kFailed, "the host answered " + detail_of(response)};
  }
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const std::string status = text_at(answer, "status");
  if (status == "failed") return {Outcome::kFailed, complaint_in(answer)};
  if (status == "skipped" || status == "no_documents") return {Outcome::kSkipped, {}};
  return {Outcome::kAccepted, {}};
}

milliseconds wait_of(const net::ClientResponse& response, milliseconds most) {
  const std::string* header = net::find_header(response.headers, "Retry-After");
  if (header == nullptr) return std::min(kUsualWait, most);
  std::int64_t seconds = 0;
  const auto read = std::from_chars(header->data(), header->data() + header->size(), seconds);
  if (read.ec == std::errc::result_out_of_range) return most;
  if (read.ec != std::errc() || seconds < 0) return std::min(kUsualWait, most);
  return seconds > most.count() / 1000 ? most : milliseconds(seconds * 1000);
}

WebhookSender::WebhookSender(net::Client& client, Target target)
    : client_(client), target_(std::move(target)) {}

net::ClientResponse WebhookSender::post(const std::string& body) const {
  net::ClientRequest request{.method = "POST",
                             .url = target_.url,
                             .headers = {{"Content-Type", "application/json"}},
                             .body = body};
  if (!target_.secret.empty()) {
    request.headers.push_back({"X-Firecrawl-Signature", signature_of(body, target_.secret)});
  }
  return client_.fetch(std::move(request));
}

Delivered WebhookSender::try_send(const std::string& body) const { return judge(post(body)); }

Delivered WebhookSender::send(const std::string& body, const std::stop_token& stop) const {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const net::ClientResponse response = post(body);
    Delivered delivered = judge(response);
    if (delivered.outcome != Outcome::kBusy && delivered.outcome != Outcome::kLost)
      return delivered;
    // At least a little, lest "Retry-After: 0" becomes a busy loop.
    const milliseconds wait = std::max(wait_of(response, kLongestWait), milliseconds(50));
    const milliseconds patience = delivered.outcome == Outcome::kLost
                                      ? std::min(kGonePatience, target_.patience)
                                      : target_.patience;
    const bool is_over = std::chrono::steady_clock::now() + wait > start + patience;
    if (is_over || !pause(wait, stop)) {
      if (delivered.outcome == Outcome::kBusy) delivered.outcome = Outcome::kFailed;
      return delivered;
    }
  }
}

bool pause(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;  // guards nothing: the wait needs one
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace sluice::app
