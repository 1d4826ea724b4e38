// ClientPool: the requests and connections of one loop thread, by origin.
#pragma once

#include "net/client_connection.hpp"
#include "net/tls.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::net {

// One request of the client's, from send to done.
struct Call {
  RequestId id = 0;
  Url url;
  std::string origin;  // scheme, host and port
  TlsContext tls;      // for https
  std::shared_ptr<const OutgoingRequest> request;
  std::chrono::milliseconds timeout{};
  std::chrono::steady_clock::time_point deadline;
  Client::Done done;
};

// On its loop thread only. Shared between the client and what Asio still holds.
class ClientPool : public std::enable_shared_from_this<ClientPool> {
 public:
  ClientPool(boost::asio::io_context& context, const ClientOptions& options);

  void begin(Call call);
  void cancel(RequestId id);
  void close_all();

  boost::asio::io_context& context() { return context_; }  // any thread

 private:
  struct Waiting;
  struct Idle {
    std::shared_ptr<ClientConnection> connection;
    std::chrono::steady_clock::time_point since;
  };
  struct Origin {
    std::deque<std::shared_ptr<Waiting>> queue;
    std::vector<Idle> idle;  // the longest idle first
    std::size_t open = 0;    // connections, idle or not
  };

  void serve(const std::string& name);
  void run(const std::shared_ptr<Waiting>& call, std::shared_ptr<ClientConnection> connection);
  void on_outcome(const std::shared_ptr<Waiting>& call, Outcome outcome);
  void watch(const std::shared_ptr<Waiting>& call, std::chrono::steady_clock::time_point until);
  void on_alarm(RequestId id);
  void stop(RequestId id, Transport transport, std::string detail);
  void finish(const std::shared_ptr<Waiting>& call, ClientResponse response);
  std::shared_ptr<ClientConnection> take_idle(Origin& origin);
  std::shared_ptr<ClientConnection> new_connection(const Waiting& call);
  void watch_idle();
  void close_idle();

  boost::asio::io_context& context_;
  const ClientOptions options_;
  std::unordered_map<RequestId, std::shared_ptr<Waiting>> calls_;
  std::unordered_map<std::string, Origin> origins_;  // those with a call or a connection
  boost::asio::steady_timer idle_timer_;
  bool is_watching_ = false;
};

}  // namespace sluice::net
