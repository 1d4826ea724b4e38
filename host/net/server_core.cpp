// Shards: the connections of one loop thread, their sweep, and answers finding their way back.
#include "net/server_core.hpp"

#include "net/connection.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;

namespace {

// How often deadlines are looked at: a quarter of the shortest, so that none is overrun by more,
// and no less than four times a second for the Date header's sake.
std::chrono::milliseconds sweep_period(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout}) / 4;
  return std::clamp(shortest, std::chrono::milliseconds(1), std::chrono::milliseconds(250));
}

std::string random_prefix() {
  std::random_device device;
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x-", static_cast<unsigned>(device()),
                static_cast<unsigned>(device()));
  return text.data();
}

// As HTTP wants it: "Sun, 06 Nov 1994 08:49:37 GMT", in English whatever the locale.
std::string http_date(std::time_t seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

}  // namespace

ServerCore::ServerCore(ServerOptions given, Router& routes, WorkerPool& pool)
    : options(std::move(given)),
      router(routes),
      workers(pool),
      budget(std::make_shared<ByteBudget>(options.max_total_body)),
      id_prefix_(random_prefix()) {}

std::string ServerCore::new_request_id() {
  return id_prefix_ + std::to_string(requests.fetch_add(1, std::memory_order_relaxed) + 1);
}

void Mailbox::deliver(std::uint64_t connection, Response response) {
  std::unique_lock lock(mutex_);
  if (!shard_) return;
  auto& context = shard_->context();
  if (context.get_executor().running_in_this_thread()) {
    const auto shard = shard_;
    lock.unlock();  // what follows calls out; on its own thread the shard cannot go meanwhile
    return shard->deliver(connection, std::move(response));
  }
  // Under the lock: the server waits for it before it lets the loop go.
  asio::post(context, [shard = shard_, connection, answer = std::move(response)]() mutable {
    shard->deliver(connection, std::move(answer));
  });
}

void Mailbox::wake(std::uint64_t connection) {
  const std::scoped_lock lock(mutex_);  // posted under it: see deliver
  if (!shard_) return;
  asio::post(shard_->context(), [shard = shard_, connection] { shard->wake(connection); });
}

void Mailbox::shut() {
  const std::scoped_lock lock(mutex_);
  shard_ = nullptr;
}

Shard::Shard(asio::io_context& context, std::shared_ptr<ServerCore> core)
    : context_(context),
      core_(std::move(core)),
      tick_(sweep_period(core_->options)),
      sweep_timer_(context) {}

void Shard::open(std::shared_ptr<Mailbox> mailbox) {
  mailbox_ = std::move(mailbox);
  sweep();
}

void Shard::adopt(Socket socket) {
  const std::uint64_t id = ++last_connection_;
  const auto connection = std::make_shared<Connection>(shared_from_this(), id, std::move(socket));
  connections_.emplace(id, connection);
  connection->start();
}

void Shard::forget(std::uint64_t connection) {
  if (connections_.erase(connection) == 0) return;
  const auto open = core_->open_connections.fetch_sub(1, std::memory_order_relaxed);
  if (open >= core_->options.max_connections) core_->on_room();
}

// Over a copy, since what closes takes itself out of the table.
void Shard::sweep() {
  date_ = http_date(std::time(nullptr));
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) all.push_back(connection);
  const auto now = Steady::now();
  for (const auto& connection : all) connection->check(now);
  sweep_timer_.expires_after(tick_);
  sweep_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
    if (!failure) self->sweep();
  });
}

void Shard::close_all() {
  sweep_timer_.cancel();
  mailbox_ = nullptr;
  while (!connections_.empty()) {
    const auto connection = connections_.begin()->second;
    connection->close();
  }
}

void Shard::deliver(std::uint64_t connection, Response response) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;  // the client has gone
  const auto kept = found->second;          // it may close while it answers
  kept->deliver(std::move(response));
}

void Shard::wake(std::uint64_t connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const auto kept = found->second;
  kept->look_for_parts();
}

}  // namespace sluice::net
