// Access: who may call, and how often. It answers before a request's body is read.
#pragma once

#include "base/clock.hpp"
#include "base/latest.hpp"
#include "config/pipeline.hpp"
#include "net/message.hpp"
#include "net/router.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::api {

// The address that the request came from, seen through the proxies that are trusted.
std::string client_of(const net::Request& request, const config::Api& settings);

// Any thread, [io]: takes a lock for some nanoseconds, never waits for input or output.
class Access {
 public:
  Access(config::Api settings, const Clock& clock)
      : settings_(std::make_shared<const config::Api>(std::move(settings))), clock_(clock) {}

  // From now on.
  void adopt(config::Api settings) {
    settings_.store(std::make_shared<const config::Api>(std::move(settings)));
  }

  // The answer that refuses the request: 401 without the token, 403 where the route
  // wants one and none is set, 429 beyond the rate. Nothing: let
  // it in.
  std::optional<net::Response> refuse(const net::Request& request, const net::RouteOptions& route);
  // Whether pages of this origin may call from a browser.
  bool admits_origin(std::string_view origin) const;

 private:
  // Seconds until the client may come again; nothing while it may come now.
  std::optional<double> wait_for_turn(const std::string& client, const config::Rate& rate);

  Latest<config::Api> settings_;
  const Clock& clock_;

  struct Bucket {  // a token bucket that fills at the rate, up to one second's worth
    double tokens = 0;
    Steady::time_point filled;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // by client address; guarded by mutex_
};

}  // namespace sluice::api
