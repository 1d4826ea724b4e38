// HttpServer: an HTTP/1.1 server for tests, on loopback, with failures to order. Light to include:
// sockets, TLS and the parser are behind it.
#pragma once

#include "fakes/server/certificate.hpp"
#include "fakes/server/failure.hpp"
#include "fakes/server/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::fakes {

enum class Security { kPlain, kTls };

struct ServerOptions {
  std::uint16_t port = 0;  // 0: a free one
  Security security = Security::kPlain;
  std::string certificate_for = "IP:127.0.0.1";  // subject alternative name of the TLS certificate
  std::size_t max_body = std::size_t{64} << 20;
  Answer too_large{.status = 413, .content_type = ""};  // to a larger body, unread; then a close
  std::chrono::milliseconds idle_timeout{60'000};       // a silent connection is closed after this
  std::size_t keep_requests = 0;  // how many of the last requests `requests()` returns
};

struct Counters {
  std::uint64_t requests = 0;     // read completely
  std::uint64_t connections = 0;  // accepted
  std::uint64_t open = 0;         // connections now
  std::uint64_t in_flight = 0;    // requests read and not answered yet
  std::uint64_t peak_in_flight = 0;
  std::uint64_t failures = 0;   // requests that a scripted failure took
  std::uint64_t abandoned = 0;  // clients that went before their answer
};

// Serves from construction to destruction. A thread per connection calls the handler, so it runs on
// several threads at once, may block, and must not throw. Every member: any thread.
class HttpServer {
 public:
  using Handler = std::function<Answer(const Request&)>;

  explicit HttpServer(Handler handler, const ServerOptions& options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:1234", without a slash at the end
  // A PEM file with the certificate made for this server, for a client's trust; empty without TLS.
  std::string certificate_file() const;
  // Stops, and starts with that one instead. For servers with TLS.
  void present(const Certificate& certificate);

  void fail(Failure failure);
  void fail_next(std::uint64_t times, Answer answer);
  void clear_failures();
  void set_idle_timeout(std::chrono::milliseconds timeout);
  // Closes every connection that waits for a request, and the others after their answer.
  void close_idle();

  // As if the machine were gone: closes all connections and refuses new ones, until start, which
  // takes the same port. Neither forgets counters or failures.
  void stop();
  void start();

  Counters counters() const;
  void reset_counters();                  // but for `open` and `in_flight`, which are states
  std::vector<Request> requests() const;  // the last ones, oldest first

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::fakes
