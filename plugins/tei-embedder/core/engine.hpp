// Engine: takes texts, sends them to the service in requests that it can take, at the rate that it
// can take, and says of each text what became of it.
#pragma once

#include "core/exchange.hpp"
#include "core/handshake.hpp"
#include "core/job.hpp"
#include "core/limits.hpp"
#include "core/refusal.hpp"
#include "core/settings.hpp"
#include "core/waiting_line.hpp"
#include "core/window.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace tei {

// Any thread, but for wait_connected, which blocks. `outside` outlives it; no call of `outside` is
// under way when it is destroyed.
class Engine {
 public:
  Engine(Outside& outside, Settings settings);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void submit(Order order);
  // Begins to connect, unless that is done or under way.
  void connect();
  // What stands in the way; nothing when connected. Waits for a handshake under way, but not longer
  // than `patience`.
  std::optional<Verdict> wait_connected(std::chrono::milliseconds patience);
  // Several times a second: what has waited long enough goes on, or goes back.
  void tick();
  // Gives back what waits. Nothing is sent afterwards.
  void stop();

  std::size_t dimension() const;  // 0 before the first connection
  std::optional<Link> link() const;

 private:
  enum class State { kUnsure, kShaking, kReady };
  enum class Source { kNone, kHandshake, kCall };

  struct Sending {
    Piece piece = {};
    Window::Ticket ticket = {};
    Wire wire = Wire::kNative;
    std::size_t dimension = 0;
    std::chrono::milliseconds timeout{};
  };
  struct Judged {
    Item item;
    Verdict verdict;
  };
  struct Line {
    Weight weight;
    std::string sentence;
  };
  // What a change of state leads to; carried out without the lock.
  struct Todo {
    std::vector<Judged> judged;
    std::vector<Sending> sends;
    std::vector<Line> lines;
    std::optional<std::string> trouble;  // as Outside::tell
    bool has_handshake = false;
  };

  // Nothing is thrown: what there is no memory for is left undone, and the texts concerned go back.
  template <class Change>
  void turn(Change&& change) noexcept;
  void carry_out(Todo todo);
  void send(Sending sending);
  void call(Sending sending);
  void shake();
  void answered(Sending sent, Reply reply);
  void take_vectors(Sending sent, Reply reply);
  void take_handshake(Handshake handshake);
  void let_go(Order* order) noexcept;

  // Under the lock.
  void pump(Todo& todo);
  void want_handshake(Clock::time_point now, Todo& todo);
  Verdict not_before_handshake(Clock::time_point now) const;
  void expire(Clock::time_point now, Todo& todo);
  void send_queries(Clock::time_point now, Todo& todo);
  void start(Piece piece, Clock::time_point now, Todo& todo);
  void judge_all(std::vector<Item> items, const Verdict& verdict, Todo& todo);
  void judge_waiting(const Verdict& verdict, Todo& todo);
  void refused(Sending sent, const Refusal& refusal, Todo& todo);
  void too_large(Sending sent, const Refusal& refusal, Todo& todo);
  void overloaded(Sending sent, const Refusal& refusal, Todo& todo);
  void halve(Piece piece, const std::string& why, Todo& todo);
  void put_back(Piece piece);
  void accept(Link link, Todo& todo);
  void apply_limits();
  void suspect(Source source, const std::string& why, Todo& todo);
  void recovered(Todo& todo);
  std::chrono::milliseconds back_off();
  bool is_work_waiting() const { return !line_.is_empty() || !queries_.empty(); }

  Outside& outside_;
  const Settings settings_;

  // Orders that end together with the engine look at these two last of all.
  Order* lost_ = nullptr;                   // a list, guarded by mutex_; see let_go
  std::atomic<std::thread::id> turning_{};  // has the lock. Relaxed: a thread only looks for itself

  mutable std::mutex mutex_;         // guards what follows
  std::condition_variable changed_;  // state_
  State state_ = State::kUnsure;
  bool is_stopping_ = false;
  std::optional<Link> link_;        // the last one that worked; its dimension never changes
  std::optional<Verdict> failure_;  // of the last handshake, if it failed
  Clock::time_point next_handshake_ = Clock::time_point::min();  // not earlier
  Source trouble_ = Source::kNone;                               // logged, and not over yet

  WaitingLine line_;            // passages
  std::vector<Piece> queries_;  // past the window and pauses: somebody waits for them
  Window window_{1};
  Limits limits_;   // of the link, and below what was learned
  Limits learned_;  // from refusals
  Clock::time_point paused_until_ = Clock::time_point::min();
  unsigned overloads_ = 0;  // in a row
  Clock::time_point next_overload_line_ = Clock::time_point::min();
  std::minstd_rand random_;
};

}  // namespace tei
