// Server: reads HTTP requests, keeps the limits, and hands them to the router.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "net/event_loop.hpp"
#include "net/message.hpp"
#include "net/router.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::net {

// One answered request; valid during the call that brings it.
struct RequestLog {
  std::string_view method;  // empty when the request could not be read
  std::string_view route;   // the pattern; empty when none matched
  unsigned status;
  double seconds;  // from the first byte of the request to the last of the answer
  std::string_view request_id;
  std::string_view remote_address;
};

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";                // host:port, [::1]:port; port 0 picks one
  std::size_t max_body = std::size_t{64} << 20;         // bytes; 413
  std::size_t max_header = std::size_t{16} << 10;       // bytes, request line included; 431
  std::size_t max_total_body = std::size_t{256} << 20;  // bytes of all bodies in memory; 503
  std::size_t max_connections =
      4096;  // beyond, idle ones are closed and new ones wait to be accepted
  std::chrono::milliseconds header_timeout{10'000};  // 408
  std::chrono::milliseconds body_timeout{60'000};    // 408; also without progress of an answer
  std::chrono::milliseconds idle_timeout{60'000};    // between requests
  std::string tls_certificate = {};                  // PEM file; with tls_key or neither
  std::string tls_key = {};

  // Before anything is said of a request; `route` is null where none was found. An answer holds the
  // request off. On a loop thread; must not block.
  std::function<std::optional<Response>(const RouteOptions* route)> hold_off = {};

  // Before a route's handler, and before the body is read: an answer refuses the request. On a loop
  // thread; must not block.
  std::function<std::optional<Response>(const Request&, const RouteOptions&)> admit = {};

  // Whether pages of this origin may call from a browser (CORS). None: of no other origin. On a
  // loop thread; must not block.
  std::function<bool(std::string_view origin)> admits_origin = {};

  // After each answer. On a loop thread; must not block.
  std::function<void(const RequestLog&)> on_done = {};
};

// Owned by the host. `loop`, `router` and `workers` outlive it. Handlers of RunsOn::kWorker run on
// `workers`. Exchanges may outlive the server; their answers then go nowhere.
class Server {
 public:
  Server(EventLoop& loop, ServerOptions options, Router& router, WorkerPool& workers);
  ~Server();  // stops without waiting for anybody
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Once. The port it listens on; Fault::kBusy when the port is taken.
  Result<unsigned short> start();

  // The methods below: any thread but the loop's.

  // Reads certificate and key again, for the connections that come from now on. With an Error the
  // old ones stay. Nothing happens without TLS.
  Result<void> renew_tls();

  // No new connections; those that are open go on.
  void stop_accepting();

  // Lets requests under way finish until `deadline`, then closes everything. Afterwards no hook is
  // called any more.
  void stop(Steady::time_point deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::net
