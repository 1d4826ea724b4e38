// A server on a free port of this machine that answers every POST as the test says.
#pragma once

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "net/server.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::app {

class WebhookServer final {
 public:
  using Answering = std::function<net::Response(const net::Request&)>;

  // `answering` runs on any of the server's threads, one call at a time.
  explicit WebhookServer(Answering answering) : answering_(std::move(answering)) {
    const auto id = router_.add("POST", "/hook", {.owner = "test"},
                                [this](const net::ExchangePtr& exchange) { take(exchange); });
    EXPECT_TRUE(id.ok());
    net::ServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = std::make_unique<net::Server>(loop_, options, router_, workers_);
    const auto port = server_->start();
    EXPECT_TRUE(port.ok());
    url_ = "http://127.0.0.1:" + std::to_string(port.ok() ? *port : 0) + "/hook";
  }
  ~WebhookServer() { server_->stop(Steady::now()); }
  WebhookServer(const WebhookServer&) = delete;
  WebhookServer& operator=(const WebhookServer&) = delete;

  const std::string& url() const { return url_; }

  std::vector<net::Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void take(const net::ExchangePtr& exchange) {
    net::Response response;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(exchange->request());
      response = answering_(exchange->request());
    }
    exchange->respond(std::move(response));
  }

  Answering answering_;
  std::mutex mutex_;  // guards requests_, and answering_'s calls
  std::vector<net::Request> requests_;
  net::EventLoop loop_{1};
  net::Router router_;
  WorkerPool workers_{"test", 2};
  std::unique_ptr<net::Server> server_;
  std::string url_;
};

}  // namespace sluice::app
