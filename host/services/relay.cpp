// An answer on its way from the client to the server, with the plugin between them.
#include "services/relay.hpp"

#include "net/body_pipe.hpp"
#include "net/exchange.hpp"
#include "services/http_views.hpp"
#include "services/instance.hpp"
#include "services/text.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::services {
namespace {

// One relay, from the request to done. Shared by what the client holds of it: the receiver, the
// rewriting of the body, and done; all of them on the request's loop thread.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(Instance& instance, const sluice_relay& how, void* ctx, sluice_exchange* exchange)
      : instance_(instance), how_(how), ctx_(ctx), exchange_(exchange) {}

  std::optional<net::BodyWriter> on_head(const net::ClientResponse& head) {
    const auto headers = to_views(head.headers);
    sluice_relay_head shown{sizeof shown, head.status, headers.data(),
                            static_cast<uint32_t>(headers.size()), 0};
    uint32_t says = SLUICE_RELAY_WHOLE;
    instance_.call_back("relay head", plugin::ThreadTag::kIo,
                        [&] { says = how_.head(ctx_, &shown); });
    const bool is_rewritten = says == SLUICE_RELAY_REWRITTEN && how_.part != nullptr;
    if (!is_rewritten && says != SLUICE_RELAY_AS_IT_COMES) return std::nullopt;
    auto [writer, reader] = net::make_body_pipe();
    auto response = to_response(shown.status, shown.headers, shown.header_count);
    response.stream = std::make_shared<net::BodyStream>(
        net::BodyStream{std::move(reader), is_rewritten ? std::nullopt : head.length});
    if (is_rewritten) {
      writer.rewrite(
          [self = shared_from_this()](std::string_view part, net::PartKind kind, std::string& out) {
            return self->on_part(part, kind, out);
          });
    }
    const std::unique_ptr<net::ExchangePtr> owned(
        reinterpret_cast<net::ExchangePtr*>(std::exchange(exchange_, nullptr)));
    (*owned)->respond(std::move(response));
    return std::move(writer);
  }

  void on_done(const net::ClientResponse& response) {
    const ResponseView view(response);
    const uint32_t has_answered = exchange_ == nullptr ? 1 : 0;
    instance_.call_back("relay done", plugin::ThreadTag::kIo,
                        [&] { how_.done(ctx_, view.get(), has_answered); });
  }

 private:
  bool on_part(std::string_view part, net::PartKind kind, std::string& out) {
    const auto emit = [](void* to, sluice_str bytes) {
      static_cast<std::string*>(to)->append(to_view(bytes));
    };
    sluice_status status = SLUICE_E_INTERNAL;
    instance_.call_back("relay part", plugin::ThreadTag::kIo, [&] {
      status = how_.part(ctx_, to_c(part), kind == net::PartKind::kLast ? 1 : 0, emit, &out);
    });
    return status == SLUICE_OK;
  }

  Instance& instance_;
  const sluice_relay how_;
  void* const ctx_;
  sluice_exchange* exchange_;  // the plugin's, lent; null once it is answered
};

}  // namespace

sluice_status relay(const sluice_host* h, sluice_exchange* x, const sluice_http_request* request,
                    const sluice_relay* how, void* ctx, uint64_t* out_id) {
  if (!SLUICE_HAS_FN(how, done) || !SLUICE_HAS_FN(how, head)) return SLUICE_E_INVALID;
  sluice_relay known{};
  std::memcpy(&known, how, std::min<std::size_t>(how->struct_size, sizeof known));
  Instance& instance = instance_of(h);
  net::Client& client = instance.shared().client;
  // Its own, since done may have come, and the plugin answered, before send has returned.
  const net::ExchangePtr exchange = *reinterpret_cast<net::ExchangePtr*>(x);
  const auto shared = std::make_shared<Relay>(instance, known, ctx, x);
  auto sent = to_request(*request);
  sent.receiver = [shared](const net::ClientResponse& head) { return shared->on_head(head); };
  instance.began();
  const uint64_t number = instance.next_request();
  *out_id = number;
  const auto id = client.send(std::move(sent),
                              [&instance, number, shared](const net::ClientResponse& response) {
                                instance.drop_request(number);
                                shared->on_done(response);
                                instance.ended();
                              });
  instance.keep_request(number, id);
  exchange->when_gone([&client, id] { client.cancel(id); });
  return SLUICE_OK;
}

}  // namespace sluice::services
