// Who gets a connection, who waits, and how long connections are kept.
#include "net/client_pool.hpp"

#include <algorithm>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct ClientPool::Waiting {
  Waiting(asio::io_context& context, Call given) : call(std::move(given)), alarm(context) {}

  Call call;
  asio::steady_timer alarm;
  std::shared_ptr<ClientConnection> connection;  // none while queued
  bool was_sent_again = false;
};

ClientPool::ClientPool(asio::io_context& context, const ClientOptions& options)
    : context_(context), options_(options), idle_timer_(context) {}

void ClientPool::begin(Call call) {
  const auto waiting = std::make_shared<Waiting>(context_, std::move(call));
  const RequestId id = waiting->call.id;
  calls_.emplace(id, waiting);
  watch(waiting, waiting->call.deadline);
  origins_[waiting->call.origin].queue.push_back(waiting);
  serve(waiting->call.origin);
}

void ClientPool::watch(const std::shared_ptr<Waiting>& call,
                       std::chrono::steady_clock::time_point until) {
  call->alarm.expires_at(until);
  call->alarm.async_wait(
      [self = shared_from_this(), id = call->call.id](const error_code& failure) {
        if (!failure) self->on_alarm(id);
      });
}

// While an answer is passed on, the alarm is moved when it goes off, not with every part.
void ClientPool::on_alarm(RequestId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const auto waiting = found->second;
  const auto& late = waiting->call;
  const auto heard = waiting->connection ? waiting->connection->heard_last() : std::nullopt;
  if (heard && *heard + late.timeout > std::chrono::steady_clock::now()) {
    return watch(waiting, *heard + late.timeout);
  }
  const std::string within = " within " + std::to_string(late.timeout.count()) + " ms.";
  stop(id, Transport::kTimeout,
       heard ? "The answer from " + late.origin + " did not go on" + within
             : "There was no answer from " + late.origin + within);
}

// Gives connections to those who wait, as far as there are any. By value: the origin may go.
void ClientPool::serve(const std::string& name) {
  const auto found = origins_.find(name);
  if (found == origins_.end()) return;
  auto& origin = found->second;
  while (!origin.queue.empty()) {
    auto connection = take_idle(origin);
    if (!connection && origin.open >= options_.max_per_origin) return;
    const auto call = origin.queue.front();
    origin.queue.pop_front();
    if (!connection) {
      connection = new_connection(*call);
      ++origin.open;
    }
    run(call, std::move(connection));
  }
  if (origin.open == 0) origins_.erase(found);
}

// The one used last: it is the least likely to have been closed.
std::shared_ptr<ClientConnection> ClientPool::take_idle(Origin& origin) {
  while (!origin.idle.empty()) {
    auto connection = std::move(origin.idle.back().connection);
    origin.idle.pop_back();
    if (connection->looks_alive()) return connection;
    connection->abandon();
    --origin.open;
  }
  return nullptr;
}

std::shared_ptr<ClientConnection> ClientPool::new_connection(const Waiting& call) {
  return std::make_shared<ClientConnection>(context_, call.call.url, call.call.tls);
}

void ClientPool::run(const std::shared_ptr<Waiting>& call,
                     std::shared_ptr<ClientConnection> connection) {
  call->connection = std::move(connection);
  call->connection->exchange(call->call.request,
                             [self = shared_from_this(), call](Outcome outcome) {
                               self->on_outcome(call, std::move(outcome));
                             });
}

void ClientPool::on_outcome(const std::shared_ptr<Waiting>& call, Outcome outcome) {
  if (outcome.may_send_again && !std::exchange(call->was_sent_again, true)) {
    return run(call, new_connection(*call));  // in the place of the stale one
  }
  auto& origin = origins_[call->call.origin];
  if (outcome.can_be_reused) {
    origin.idle.push_back({std::move(call->connection), std::chrono::steady_clock::now()});
    watch_idle();
  } else {
    --origin.open;
  }
  call->connection = nullptr;
  const std::string name = call->call.origin;
  finish(call, std::move(outcome.response));
  serve(name);
}

void ClientPool::cancel(RequestId id) {
  stop(id, Transport::kCancelled, "The request was cancelled.");
}

// Ends a call wherever it is.
void ClientPool::stop(RequestId id, Transport transport, std::string detail) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;  // done already
  const auto call = found->second;
  auto& origin = origins_[call->call.origin];
  if (call->connection) {
    call->connection->abandon();
    call->connection = nullptr;
    --origin.open;
  } else {
    std::erase(origin.queue, call);
  }
  const std::string name = call->call.origin;
  finish(call, {.status = 0,
                .transport = transport,
                .detail = std::move(detail),
                .headers = {},
                .body = {}});
  serve(name);
}

void ClientPool::finish(const std::shared_ptr<Waiting>& call, ClientResponse response) {
  calls_.erase(call->call.id);
  call->alarm.cancel();
  call->call.done(std::move(response));
}

void ClientPool::close_all() {
  while (!calls_.empty()) cancel(calls_.begin()->first);
  for (auto& [name, origin] : origins_) {
    for (auto& idle : origin.idle) idle.connection->abandon();
  }
  origins_.clear();
  idle_timer_.cancel();
}

void ClientPool::watch_idle() {
  if (std::exchange(is_watching_, true)) return;
  // A quarter: a connection is kept a quarter longer than asked for, at most.
  idle_timer_.expires_after(std::max(options_.idle_timeout / 4, std::chrono::milliseconds(1)));
  idle_timer_.async_wait([self = shared_from_this()](const error_code& failure) {
    self->is_watching_ = false;
    if (!failure) self->close_idle();
  });
}

void ClientPool::close_idle() {
  const auto oldest = std::chrono::steady_clock::now() - options_.idle_timeout;
  bool has_idle = false;
  for (auto entry = origins_.begin(); entry != origins_.end();) {
    auto& origin = entry->second;
    std::erase_if(origin.idle, [&](const Idle& idle) {
      if (idle.since > oldest && idle.connection->looks_alive()) return false;
      idle.connection->abandon();
      --origin.open;
      return true;
    });
    has_idle = has_idle || !origin.idle.empty();
    const bool is_unused = origin.open == 0 && origin.queue.empty();
    entry = is_unused ? origins_.erase(entry) : std::next(entry);
  }
  if (has_idle) watch_idle();
}

}  // namespace sluice::net
