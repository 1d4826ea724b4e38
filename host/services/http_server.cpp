// sluice.http-server/1. A sluice_exchange is a net::ExchangePtr on the heap, freed by whoever
// answers: respond, or a relay.
#include "services/http_views.hpp"
#include "services/instance.hpp"
#include "services/relay.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <memory>
#include <string>
#include <utility>

namespace sluice::services {
namespace {

const net::Request& request_of(const sluice_exchange* x) {
  return (*reinterpret_cast<const net::ExchangePtr*>(x))->request();
}

sluice_status route(const sluice_host* h, sluice_str method, sluice_str pattern,
                    void (*handler)(void*, sluice_exchange*), void* ctx) {
  Instance& instance = instance_of(h);
  std::string tail(to_view(pattern));
  if (!tail.starts_with('/')) tail.insert(tail.begin(), '/');
  instance.declare({std::string(to_view(method)),
                    "/plugins/" + instance.name() + tail,
                    {.needs_token = true, .rate_limited = true, .owner = instance.name()},
                    handler,
                    ctx});
  return SLUICE_OK;
}

sluice_status route_at(const sluice_host* h, const sluice_route* route,
                       void (*handler)(void*, sluice_exchange*), void* ctx, sluice_error* err) {
  Instance& instance = instance_of(h);
  std::string path(to_view(route->path));
  if (!path.starts_with('/')) {
    return fail(err, SLUICE_E_CONFIG,
                "\"" + path + "\" is not a path: it has to begin with a slash");
  }
  std::string operation;
  if (SLUICE_HAS(route, operation)) operation = to_view(route->operation);
  const bool is_open = (route->flags & SLUICE_ROUTE_OPEN) != 0;
  const bool blocks = (route->flags & SLUICE_ROUTE_NONBLOCKING) == 0;
  instance.declare({std::string(to_view(route->method)),
                    std::move(path),
                    {.runs_on = blocks ? net::RunsOn::kWorker : net::RunsOn::kIoWhenSmall,
                     .needs_token = !is_open,
                     .is_closed_without_token = (route->flags & SLUICE_ROUTE_TOKEN_ONLY) != 0,
                     .rate_limited = !is_open,
                     .owner = instance.name(),
                     .operation = std::move(operation)},
                    handler,
                    ctx});
  return SLUICE_OK;
}

sluice_str method(const sluice_exchange* x) { return to_c(request_of(x).method); }
sluice_str path(const sluice_exchange* x) { return to_c(request_of(x).path); }
sluice_str query(const sluice_exchange* x) { return to_c(request_of(x).query); }
sluice_str body(const sluice_exchange* x) { return to_c(request_of(x).body); }
sluice_str param(const sluice_exchange* x, sluice_str name) {
  return to_c(request_of(x).param(to_view(name)));
}
sluice_str header(const sluice_exchange* x, sluice_str name) {
  return to_c(request_of(x).header(to_view(name)).value_or(std::string_view{}));
}

void finish(sluice_exchange* x, net::Response response) {
  const std::unique_ptr<net::ExchangePtr> owned(reinterpret_cast<net::ExchangePtr*>(x));
  (*owned)->respond(std::move(response));
}

void respond(sluice_exchange* x, uint32_t status, sluice_str content_type, sluice_str text) {
  finish(x, {status, std::string(to_view(content_type)), std::string(to_view(text)), {}});
}

void respond_with(sluice_exchange* x, uint32_t status, const sluice_http_header* headers,
                  uint32_t header_count, sluice_str text) {
  net::Response response = to_response(status, headers, header_count);
  response.body = to_view(text);
  finish(x, std::move(response));
}

}  // namespace

const sluice_http_server& http_server_table() {
  static constexpr sluice_http_server kTable = {sizeof(sluice_http_server),
                                                0,
                                                route,
                                                method,
                                                path,
                                                param,
                                                header,
                                                body,
                                                respond,
                                                route_at,
                                                query,
                                                respond_with,
                                                relay};
  return kTable;
}

}  // namespace sluice::services
