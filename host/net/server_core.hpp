// What a server's connections share. For the .cpp files of this folder, since it brings in Asio.
#pragma once

#include "base/latest.hpp"
#include "net/byte_budget.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "net/wire.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::net {

class Connection;

// Shared by the shards and their connections; these outlive the server by the handlers that Asio
// still holds.
struct ServerCore {
  ServerCore(ServerOptions given, Router& routes, WorkerPool& pool);

  std::string new_request_id();

  const ServerOptions options;
  Router& router;
  WorkerPool& workers;
  const std::shared_ptr<ByteBudget> budget;
  Latest<TlsServer> tls;          // null: plain HTTP; there before listening
  std::function<void()> on_room;  // fewer than max_connections again; any loop thread

  // Relaxed in use: each stands alone and a moment's delay does no harm.
  std::atomic<std::size_t> open_connections = 0;
  std::atomic<bool> is_draining = false;
  std::atomic<std::uint64_t> requests = 0;

 private:
  const std::string id_prefix_;
};

class Shard;

// How an exchange's answer finds its connection from any thread. Shared with the exchanges, which
// may outlive the server and even the loop; so it owns nothing of Asio's once it is shut.
class Mailbox {
 public:
  explicit Mailbox(std::shared_ptr<Shard> shard) : shard_(std::move(shard)) {}

  // Any thread. Nothing happens when the connection has gone.
  void deliver(std::uint64_t connection, Response response);

  // Any thread; only posts. The connection's answer may go on.
  void wake(std::uint64_t connection);

  // Any thread; deliveries do nothing afterwards.
  void shut();

 private:
  std::mutex mutex_;  // guards shard_
  std::shared_ptr<Shard> shard_;
};

// The connections of one loop thread, and on that thread only. Shared with the server, the mailbox
// and the connections, which need it until the last of their Asio handlers has run.
class Shard : public std::enable_shared_from_this<Shard> {
 public:
  Shard(boost::asio::io_context& context, std::shared_ptr<ServerCore> core);

  void open(std::shared_ptr<Mailbox> mailbox);
  void adopt(Socket socket);
  void deliver(std::uint64_t connection, Response response);
  void wake(std::uint64_t connection);
  void forget(std::uint64_t connection);
  void close_all();

  const std::string& date() const { return date_; }  // for the Date header, renewed by the sweep
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  ServerCore& core() { return *core_; }

  boost::asio::io_context& context() { return context_; }  // any thread

 private:
  void sweep();

  boost::asio::io_context& context_;
  const std::shared_ptr<ServerCore> core_;
  const std::chrono::milliseconds tick_;
  boost::asio::steady_timer sweep_timer_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t last_connection_ = 0;
  std::string date_;
};

}  // namespace sluice::net
