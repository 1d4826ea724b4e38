// sluice/relay.hpp - answers a request with what another server answers, part by part as it comes.
#pragma once

#include <sluice/abi/services.h>
#include <sluice/host.hpp>
#include <sluice/http.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {

struct HttpHead {
  uint32_t status = 0;
  std::vector<HttpHeader> headers;
};

// What the plugin has to say to an answer that is passed on. All on [io], one after the other, and
// nothing may block.
struct HttpRelay {
  enum class Passing : uint32_t {
    kAsItComes = SLUICE_RELAY_AS_IT_COMES,
    kRewritten = SLUICE_RELAY_REWRITTEN,  // by `part`
    kWhole = SLUICE_RELAY_WHOLE  // not at all: `done` gets the whole answer, and has to respond
  };
  enum class Part : uint8_t { kMore, kLast };

  // Once at most: status and headers are there. What it leaves in them goes on.
  std::function<Passing(HttpHead& head)> head;
  // With kRewritten: appends to `out` what goes on in place of `part`; the last one is empty. To
  // throw breaks the answer off.
  std::function<void(std::string_view part, Part kind, std::string& out)> part = {};
  // Exactly once, and last. An open exchange is still to be answered: nothing came, or the whole
  // answer was asked for. Else the answer has gone on, as far as `why` says.
  std::function<void(HttpResponse response, HttpExchange exchange)> done;
};

namespace detail {

// One relay under way; done frees it.
struct RelayUnderWay {
  Host host;
  HttpRelay how;
  HttpExchange exchange;
  HttpHead head{};                          // as it goes on
  std::vector<sluice_http_header> views{};  // of it

  static uint32_t on_head(void* ctx, sluice_relay_head* shown) noexcept {
    auto& self = *static_cast<RelayUnderWay*>(ctx);
    auto passing = HttpRelay::Passing::kWhole;  // also when it throws
    call_back(self.host, "the head of a relay", [&] {
      self.head = {shown->status, headers_of(shown->headers, shown->header_count)};
      const auto said = self.how.head(self.head);
      for (const auto& h : self.head.headers) self.views.push_back({to_c(h.name), to_c(h.value)});
      passing = said;
    });
    shown->status = self.head.status;
    shown->headers = self.views.data();
    shown->header_count = static_cast<uint32_t>(self.views.size());
    return static_cast<uint32_t>(passing);
  }
  static sluice_status on_part(void* ctx, sluice_str part, uint32_t is_last,
                               void (*emit)(void* out, sluice_str bytes), void* out) noexcept {
    auto& self = *static_cast<RelayUnderWay*>(ctx);
    sluice_status status = SLUICE_E_INTERNAL;
    call_back(self.host, "a part of a relay", [&] {
      std::string changed;
      self.how.part(to_cpp(part), is_last != 0 ? HttpRelay::Part::kLast : HttpRelay::Part::kMore,
                    changed);
      emit(out, to_c(changed));
      status = SLUICE_OK;
    });
    return status;
  }
  static void on_done(void* ctx, const sluice_http_response* r, uint32_t has_answered) noexcept {
    const std::unique_ptr<RelayUnderWay> self(static_cast<RelayUnderWay*>(ctx));
    if (has_answered != 0) (void)self->exchange.release();
    self->finish(response_of(r));
  }
  void finish(HttpResponse response) {
    call_back(host, "the end of a relay",
              [&] { how.done(std::move(response), std::move(exchange)); });
  }
};

}  // namespace detail

// Sends `request` and answers `exchange` with what comes back; the slower side sets the pace, and a
// caller who goes ends the request. The time limit of `request` holds until the head is there, and
// then for the silence between parts. Returns the id for HttpClient::cancel; 0: not started, and
// done has run already. A host that is too old for it brings every answer whole. Any thread.
inline uint64_t relay(const Host& host, HttpExchange exchange, const HttpRequest& request,
                      HttpRelay how) {
  const sluice_http_server* api = exchange.api();
  if (!SLUICE_HAS_FN(api, relay)) {
    // Shared, as a std::function must be copyable and an exchange is not.
    const auto kept = std::make_shared<detail::RelayUnderWay>(
        detail::RelayUnderWay{host, std::move(how), std::move(exchange)});
    return HttpClient(host).send(
        request, [kept](HttpResponse response) { kept->finish(std::move(response)); });
  }
  sluice_relay table{};
  table.struct_size = sizeof table;
  table.head = &detail::RelayUnderWay::on_head;
  if (how.part) table.part = &detail::RelayUnderWay::on_part;
  table.done = &detail::RelayUnderWay::on_done;
  auto keep = std::make_unique<detail::RelayUnderWay>(
      detail::RelayUnderWay{host, std::move(how), std::move(exchange)});
  uint64_t id = 0;
  const detail::RequestView view(request);
  const sluice_status s =
      api->relay(host.raw(), keep->exchange.raw(), view.get(), &table, keep.get(), &id);
  if (s == SLUICE_OK) {
    (void)keep.release();  // on_done frees it
    return id;
  }
  HttpResponse failed;
  failed.why = s;
  keep->finish(std::move(failed));
  return 0;
}

}  // namespace sdk_v1
}  // namespace sluice
