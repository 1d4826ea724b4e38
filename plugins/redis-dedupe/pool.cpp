#include "pool.hpp"

#include <utility>

namespace redis_dedupe {
namespace {

// Any other error may mean that this is no longer the right server or the right user: a failover, a
// password changed. A new connection finds out.
bool can_be_kept(const std::variant<Reply, Failure>& answer) {
  const auto* failure = std::get_if<Failure>(&answer);
  return failure == nullptr || failure->kind == Failure::Kind::kNoScript;
}

}  // namespace

// Taken for one call; the connection in it goes back to the pool unless it was let go.
class Pool::Place {
 public:
  explicit Place(Pool& pool) : pool_(pool) {
    std::unique_lock lock(pool_.mutex_);
    const auto is_free = [&] { return !pool_.idle_.empty() || pool_.open_ < kMost; };
    has_place_ = pool_.freed_.wait_for(lock, pool_.patience_.answer, is_free);
    if (!has_place_) return;
    if (pool_.idle_.empty()) {
      ++pool_.open_;
    } else {
      connection_ = std::move(pool_.idle_.back());
      pool_.idle_.pop_back();
    }
  }
  ~Place() {
    if (!has_place_) return;
    const std::lock_guard lock(pool_.mutex_);
    if (connection_) {
      pool_.idle_.push_back(std::move(connection_));
    } else {
      --pool_.open_;
    }
    pool_.freed_.notify_one();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  explicit operator bool() const { return has_place_; }
  std::unique_ptr<Connection>& connection() { return connection_; }

  // The server went away, and took the idle connections with it.
  void let_all_go() {
    connection_.reset();
    std::vector<std::unique_ptr<Connection>> stale;
    const std::lock_guard lock(pool_.mutex_);
    stale.swap(pool_.idle_);
    pool_.open_ -= stale.size();
  }

 private:
  Pool& pool_;
  bool has_place_ = false;
  std::unique_ptr<Connection> connection_;
};

std::variant<Reply, Failure> Pool::call(const Command& command) {
  Place place(*this);
  if (!place) return too_slow(address_, patience_.answer);
  if (!place.connection()) return call_on_new(place, command);
  auto answer = place.connection()->call(command);
  const auto* failure = std::get_if<Failure>(&answer);
  if (failure != nullptr && failure->kind == Failure::Kind::kUnreachable) {
    place.let_all_go();
    return call_on_new(place, command);
  }
  if (!can_be_kept(answer)) place.connection().reset();
  return answer;
}

std::variant<Reply, Failure> Pool::call_on_new(Place& place, const Command& command) {
  auto opened = Connection::open(address_, patience_);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  place.connection() = std::move(std::get<std::unique_ptr<Connection>>(opened));
  auto answer = place.connection()->call(command);
  if (!can_be_kept(answer)) place.connection().reset();
  return answer;
}

}  // namespace redis_dedupe
