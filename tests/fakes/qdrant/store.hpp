// Store: all collections of a FakeQdrant, the writes that wait, and what was counted.
#pragma once

#include "fakes/qdrant/collection.hpp"
#include "fakes/qdrant/fake_qdrant.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

namespace sluice::fakes {

// Any thread, each call under the lock of the store.
class Store {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Store(Strictness strictness) : strictness_(strictness) {}

  void create(const std::string& name, nlohmann::json config);
  bool drop(const std::string& name);
  bool exists(const std::string& name);
  std::vector<std::string> names();

  // Throws Refusal when there is no such collection.
  template <class F>
  auto look(const std::string& name, F&& look) {
    apply_due();
    const std::shared_lock lock(mutex_);
    return look(std::as_const(find(name)));
  }
  template <class F>
  auto change(const std::string& name, F&& change) {
    apply_due();
    const std::unique_lock lock(mutex_);
    return change(find(name), counters_);
  }

  // A write: done now, or later when the script says so. Returns what its answer says.
  using Write = std::function<void(Collection&, QdrantCounters&)>;
  std::string write(const std::string& name, Write write, bool is_waited_for);

  void answer_next_writes(std::uint64_t times, WriteStatus status, std::chrono::milliseconds delay);
  void break_next_upserts(std::uint64_t times);
  bool take_broken_upsert();
  void lose_what_waits();

  void count(std::uint64_t QdrantCounters::*counter);
  QdrantCounters counters() const;
  void reset_counters();

 private:
  struct Waiting {
    Clock::time_point due;
    std::string collection;
    Write write;
  };
  struct Script {
    std::uint64_t times = 0;
    WriteStatus status = WriteStatus::kAcknowledged;
    std::chrono::milliseconds delay{};
  };
  Collection& find(const std::string& name);
  void apply_due();

  const Strictness strictness_;
  mutable std::shared_mutex mutex_;  // guards all below
  std::map<std::string, Collection> collections_;
  std::vector<Waiting> waiting_;
  Script script_;
  std::uint64_t broken_upserts_ = 0;
  QdrantCounters counters_;
};

}  // namespace sluice::fakes
