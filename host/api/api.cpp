// Opening and closing; which routes there are stands in routes.cpp.
#include "api/api.hpp"

#include <utility>

namespace sluice::api {

Api::~Api() { close(); }

Result<void> Api::add(const Entry& entry) {
  auto id = parts_.router.add(
      entry.method, entry.pattern,
      {.needs_token = entry.access.needs_token,
       .rate_limited = entry.access.is_limited,
       .is_early = entry.access.is_early,
       .owner = "host",
       .operation = entry.operation.json()},
      [this, handler = entry.handler](const net::ExchangePtr& x) { (this->*handler)(x); });
  if (!id) return std::move(id).error();
  routes_.push_back(*id);
  return {};
}

std::vector<Api::Place> Api::places() {
  std::vector<Place> places;
  for (const auto& entry : entries()) places.push_back({entry.method, entry.pattern});
  return places;
}

Result<void> Api::open() {
  for (const auto& entry : entries()) {
    if (auto added = add(entry); !added) {
      close();
      return added;
    }
  }
  return {};
}

net::Response unavailable(sluice_status taken) {
  auto response = net::error_response(
      503, taken == SLUICE_E_AGAIN ? "the pipeline is full; send the document again later"
                                   : "the document could not be stored; send it again later");
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

std::optional<net::Response> Api::hold_off(const net::RouteOptions* route) const {
  if (phase() != Phase::kStarting || (route && route->is_early)) return std::nullopt;
  auto response = net::error_response(503, "the host is starting; try again in a moment");
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

void Api::set_draining() {
  Phase ready = Phase::kReady;
  phase_.compare_exchange_strong(ready, Phase::kDraining, std::memory_order_acq_rel);
}

void Api::close() {
  for (const auto id : std::exchange(routes_, {})) parts_.router.remove_and_wait(id);
}

}  // namespace sluice::api
