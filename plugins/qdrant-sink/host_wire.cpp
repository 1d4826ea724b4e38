#include "host_wire.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

namespace qdrant_sink {
namespace {

constexpr std::chrono::hours kLongestWait{1};

bool equals_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// In seconds; the other form, a date, is not sent by Qdrant.
std::optional<std::chrono::milliseconds> retry_after(const sluice::HttpResponse& response) {
  for (const sluice::HttpHeader& header : response.headers) {
    if (!equals_without_case(header.name, "Retry-After")) continue;
    unsigned seconds = 0;
    const char* const end = header.value.data() + header.value.size();
    if (std::from_chars(header.value.data(), end, seconds).ec != std::errc{}) return std::nullopt;
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), kLongestWait);
  }
  return std::nullopt;
}

Reply::Way way_of(const sluice::HttpResponse& response) {
  if (response.status != 0) return Reply::Way::kAnswered;
  if (response.why == SLUICE_E_TIMEOUT) return Reply::Way::kLate;
  if (response.why == SLUICE_E_STOPPING) return Reply::Way::kStopped;
  return Reply::Way::kBroken;
}

}  // namespace

std::vector<Reply> HostWire::operator()(std::span<const Call> calls) const {
  std::vector<sluice::HttpResponse> responses = send(calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool is_broken = responses[i].status == 0 && responses[i].why == SLUICE_E_RETRY;
    if (is_broken) responses[i] = std::move(send(calls.subspan(i, 1)).front());
  }
  std::vector<Reply> replies;
  replies.reserve(calls.size());
  for (sluice::HttpResponse& response : responses) {
    replies.push_back({.way = way_of(response),
                       .status = response.status,
                       .retry_after = retry_after(response),
                       .body = std::move(response.body)});
  }
  return replies;
}

std::vector<sluice::HttpResponse> HostWire::send(std::span<const Call> calls) const {
  std::vector<std::future<sluice::HttpResponse>> pending;
  pending.reserve(calls.size());
  for (const Call& call : calls) {
    sluice::HttpRequest request{.method = call.method,
                                .url = url_ + call.target,
                                .headers = {{"Content-Type", "application/json"}},
                                .body = call.body,
                                .timeout = call.timeout};
    if (!api_key_.empty()) request.headers.push_back({"api-key", api_key_});
    // Shared: the callback may still be leaving when we have the answer.
    const auto answer = std::make_shared<std::promise<sluice::HttpResponse>>();
    pending.push_back(answer->get_future());
    client_.send(request, [answer](sluice::HttpResponse response) {
      answer->set_value(std::move(response));
    });
  }
  std::vector<sluice::HttpResponse> responses;
  responses.reserve(calls.size());
  for (auto& answer : pending) responses.push_back(answer.get());
  return responses;
}

}  // namespace qdrant_sink
