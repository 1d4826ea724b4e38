// Straight on the C table, not through sluice::HttpClient: the answer's only copy is made with the
// room behind it that the JSON parser needs.
#include "host_service.hpp"

#include "core/refusal.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace tei {
namespace {

// A call under way; freed by its answer.
struct Pending {
  const sluice::Host* host;
  std::function<void(Reply)> done;
};

bool is_header(sluice_str name, std::string_view lower_case) {
  const std::string_view text = sluice::to_cpp(name);
  return std::equal(
      text.begin(), text.end(), lower_case.begin(), lower_case.end(),
      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

Reply reply_of(const sluice_http_response& response) {
  Reply out;
  if (response.status == 0) {
    out.loss =
        response.transport == SLUICE_E_STOPPING ? Reply::Loss::kStopping : Reply::Loss::kNoAnswer;
  }
  out.status = response.status;
  out.body.reserve(response.body.size + kBodyPadding);
  out.body = sluice::to_cpp(response.body);
  for (uint32_t i = 0; i < response.header_count; ++i) {
    if (!is_header(response.headers[i].name, "retry-after")) continue;
    out.retry_after = read_retry_after(sluice::to_cpp(response.headers[i].value));
  }
  return out;
}

// [io]
void finish(void* ctx, const sluice_http_response* response) noexcept {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(ctx));
  Reply reply;
  try {
    reply = reply_of(*response);
  } catch (const std::bad_alloc&) {  // as if none had come; this needs no memory
    reply.loss = Reply::Loss::kNoAnswer;
    reply.status = 0;
    reply.body = "out of memory";
  }
  try {
    pending->done(std::move(reply));
  } catch (const std::exception& e) {
    pending->host->log(SLUICE_LOG_ERROR, "an answer was lost",
                       {{sluice::to_c("why"), sluice::text_value(e.what())}});
  }
}

}  // namespace

HostService::HostService(const sluice::Host& host, Address address)
    : host_(host),
      client_(host.find<sluice_http_client>(SLUICE_IFACE_HTTP_CLIENT)),
      url_(std::move(address.url)),
      headers_{{"Content-Type", "application/json"}},
      health_(host),
      inputs_(host, SLUICE_COUNTER, "sluice_embed_inputs_total", "Texts made into vectors"),
      tokens_(host, SLUICE_COUNTER, "sluice_embed_tokens_total",
              "Their tokens, as counted or estimated before they were sent"),
      calls_(host, SLUICE_COUNTER, "sluice_embed_calls_total", "Requests with such texts") {
  if (!address.api_key.empty()) headers_.push_back({"Authorization", "Bearer " + address.api_key});
}

void HostService::send(Call call, std::function<void(Reply)> done) {
  const std::string url = url_ + call.path;
  std::array<sluice_http_header, 2> headers{};
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    headers[i] = {sluice::to_c(headers_[i].name), sluice::to_c(headers_[i].value)};
  }
  sluice_http_request request{};
  request.struct_size = sizeof request;
  request.timeout_ms = static_cast<uint32_t>(std::max<std::int64_t>(1, call.timeout.count()));
  request.method = sluice::to_c(call.method);
  request.url = sluice::to_c(url);
  request.headers = headers.data();
  request.header_count = static_cast<uint32_t>(headers_.size());
  request.body = sluice::to_c(call.body);
  auto pending = std::make_unique<Pending>(Pending{&host_, std::move(done)});
  uint64_t id = 0;
  const sluice_status status =
      client_ ? client_->send(host_.raw(), &request, &finish, pending.get(), &id)
              : sluice_status{SLUICE_E_UNSUPPORTED};
  if (status == SLUICE_OK) {
    (void)pending.release();  // finish frees it
    return;
  }
  pending->done({.loss = Reply::Loss::kNoAnswer, .body = "this host has no HTTP client"});
}

void HostService::log(Weight weight, std::string_view sentence) {
  const uint32_t level = weight == Weight::kInfo      ? SLUICE_LOG_INFO
                         : weight == Weight::kWarning ? SLUICE_LOG_WARN
                                                      : SLUICE_LOG_ERROR;
  host_.log(level, sentence, {{sluice::to_c("url"), sluice::text_value(url_)}});
}

void HostService::count_texts(std::size_t texts, std::size_t tokens) {
  inputs_.add(static_cast<double>(texts));
  tokens_.add(static_cast<double>(tokens));
}

}  // namespace tei
