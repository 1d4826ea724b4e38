// Client: sends HTTP requests over connections that it keeps open per origin.
#pragma once

#include "base/result.hpp"
#include "net/body_pipe.hpp"
#include "net/event_loop.hpp"
#include "net/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::net {

using RequestId = std::uint64_t;  // never 0

struct ClientResponse;

// Takes the body of an answer as it comes. Called once at most, with status and headers, on the
// loop thread of the request; must not block or throw. Without a writer, the body is kept and comes
// with the response.
using Receiver = std::function<std::optional<BodyWriter>(const ClientResponse& head)>;

struct ClientRequest {
  std::string method = "GET";
  std::string url = {};
  std::vector<Header> headers = {};  // Host, Content-Length and Connection are added
  std::string body = {};
  // For everything: waiting, connecting, the whole answer. When a receiver takes the body: until
  // the head is there, and then without a byte of it. Time in which the receiver has no room counts
  // not.
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_response = std::size_t{64} << 20;  // bytes of a body that is kept
  Receiver receiver = {};
};

// What became of the exchange. kOk: an answer is there, whatever its status.
enum class Transport {
  kOk,
  kRefused,  // nobody listens, or no way there
  kTimeout,
  kReset,      // the connection broke, or what came was not HTTP
  kTls,        // handshake or certificate
  kDns,        // the host's name has no address
  kTooLarge,   // the answer
  kCancelled,  // also by a receiver that broke the body off, or whose reader has gone
  kBadUrl,     // or a method or header that cannot be sent
};

// "refused", "timeout", ...: for logs and metrics.
std::string_view transport_name(Transport transport);

struct ClientResponse {
  unsigned status = 0;  // 0 = none
  Transport transport = Transport::kOk;
  std::string detail = {};  // a sentence about what went wrong; empty for kOk
  std::string distrust =
      {};  // with kTls: what is wrong with the server's certificate, if it is that
  std::vector<Header> headers = {};
  std::optional<std::uint64_t> length = {};  // of the body, where the head says it
  std::string body = {};                     // empty when a receiver took it
};

struct ClientOptions {
  std::size_t max_per_origin = 16;  // connections to one scheme, host and port; more requests wait
  std::chrono::milliseconds idle_timeout{30'000};  // an unused connection is closed after this
  std::string authorities = {};  // PEM file of certificate authorities; empty = the system's
};

// Owned by the host; `loop` outlives it and is not stopped before it. Redirects are not followed.
//
// A request is sent once. There is one exception, invisible to the caller: a kept-open connection
// that turns out to have been closed by the server before a byte of the answer came. Then the
// request goes out again on a new connection, once, provided that either nothing of it had been
// written or its method is idempotent (GET, HEAD, PUT, DELETE, OPTIONS, TRACE).
class Client {
 public:
  using Done = std::function<void(ClientResponse)>;

  explicit Client(EventLoop& loop, ClientOptions options = {});
  ~Client();  // cancels what is under way and waits for its callbacks; not on a loop thread
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any thread. `done` is called exactly once, on a loop thread, never from inside send; it must
  // not block or throw.
  RequestId send(ClientRequest request, Done done);

  // Any thread. `done` comes with kCancelled, unless it is already on its way.
  void cancel(RequestId id);

  // Sends and waits. Not on a loop thread.
  ClientResponse fetch(ClientRequest request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::net
