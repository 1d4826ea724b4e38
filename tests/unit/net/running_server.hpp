// A server on a free port with a router to fill, for tests.
#pragma once

#include "net/server.hpp"
#include "raw_socket.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sluice::net::test {

class RunningServer {
 public:
  explicit RunningServer(ServerOptions options = {}) : options_(std::move(options)) {
    options_.listen = "127.0.0.1:0";
  }
  ~RunningServer() {
    if (server_) server_->stop(Steady::now());
  }

  RouteId route(const std::string& method, const std::string& pattern, Handler handler,
                RouteOptions options = {}) {
    options.owner = "test";
    const auto id = router.add(method, pattern, std::move(options), std::move(handler));
    EXPECT_TRUE(id.ok());
    return id.ok() ? *id : 0;
  }

  // Answers 200 with the request's body.
  void echo(const std::string& method, const std::string& pattern, RouteOptions options = {}) {
    route(
        method, pattern,
        [](const ExchangePtr& exchange) {
          exchange->respond({.status = 200,
                             .content_type = "text/plain",
                             .body = exchange->request().body,
                             .headers = {}});
        },
        std::move(options));
  }

  void start() {
    server_ = std::make_unique<Server>(loop, options_, router, workers);
    const auto port = server_->start();
    ASSERT_TRUE(port.ok()) << port.error().message;
    port_ = *port;
  }

  Server& server() { return *server_; }
  unsigned short port() const { return port_; }
  RawSocket connect() const { return RawSocket(port_); }
  std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }

  // Sends `bytes` on a connection of their own; what comes until the server closes it.
  std::string tell(const std::string& bytes) const {
    auto socket = connect();
    socket.send(bytes);
    return socket.read_to_end();
  }

  EventLoop loop{2};
  Router router;
  WorkerPool workers{"test", 4};

 private:
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  unsigned short port_ = 0;
};

inline std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n";
}

inline std::string post(const std::string& target, const std::string& body,
                        const std::string& headers = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: test\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sluice::net::test
