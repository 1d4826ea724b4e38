// The table of routes.
#include "api/api.hpp"

#include <utility>

namespace sluice::api {

Api::~Api() { close(); }

Result<void> Api::add(std::string method, std::string pattern, Access access, Handler handler) {
  auto id = parts_.router.add(
      std::move(method), std::move(pattern),
      {.needs_token = access.needs_token, .rate_limited = access.is_limited, .owner = "host"},
      [this, handler](const net::ExchangePtr& x) { (this->*handler)(x); });
  if (!id) return std::move(id).error();
  routes_.push_back(*id);
  return {};
}

Result<void> Api::open() {
  constexpr Access kGuarded{.needs_token = true, .is_limited = true};
  constexpr Access kPublic{.needs_token = false, .is_limited = true};
  constexpr Access kProbe{.needs_token = false,
                          .is_limited = false};  // health and metrics are for machines
  struct Entry {
    const char* method;
    const char* pattern;
    Access access;
    Handler handler;
  };
  const Entry entries[] = {
      {"POST", "/api/search", kGuarded, &Api::search},
      {"POST", "/api/index", kGuarded, &Api::index},
      {"GET", "/api/stats", kGuarded, &Api::stats},
      {"GET", "/api/crawls", kGuarded, &Api::crawls},
      {"GET", "/api/crawls/{id}", kGuarded, &Api::crawl},
      {"GET", "/api/pipeline", kGuarded, &Api::pipeline},
      {"POST", "/api/pipeline/reload", kGuarded, &Api::reload},
      {"GET", "/api/dead-letters", kGuarded, &Api::dead_letters},
      {"GET", "/api/dead-letters/{id}", kGuarded, &Api::dead_letter},
      {"POST", "/api/dead-letters/{id}/replay", kGuarded, &Api::replay},
      {"DELETE", "/api/dead-letters/{id}", kGuarded, &Api::drop},
      {"GET", "/health/live", kProbe, &Api::live},
      {"GET", "/health/ready", kProbe, &Api::ready},
      {"GET", "/health", kProbe, &Api::health},
      {"GET", "/metrics", kProbe, &Api::metrics},
      {"GET", "/", kPublic, &Api::about},
  };
  for (const auto& entry : entries) {
    if (auto added = add(entry.method, entry.pattern, entry.access, entry.handler); !added) {
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

void Api::close() {
  for (const auto id : std::exchange(routes_, {})) parts_.router.remove_and_wait(id);
}

}  // namespace sluice::api
