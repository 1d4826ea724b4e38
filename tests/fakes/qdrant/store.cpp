#include "fakes/qdrant/store.hpp"

#include "fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace sluice::fakes {
namespace {

// How long a write without `wait` takes to show.
constexpr std::chrono::milliseconds kFlush{20};

}  // namespace

void Store::create(const std::string& name, nlohmann::json config) {
  Collection made(name, std::move(config), strictness_ == Strictness::kStrict);
  const std::unique_lock lock(mutex_);
  if (collections_.contains(name))
    throw Refusal(409, "Wrong input: Collection `" + name + "` already exists!");
  collections_.emplace(name, std::move(made));
  ++counters_.collections_made;
}

bool Store::drop(const std::string& name) {
  const std::unique_lock lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.collection == name; });
  return collections_.erase(name) > 0;
}

bool Store::exists(const std::string& name) {
  const std::shared_lock lock(mutex_);
  return collections_.contains(name);
}

std::vector<std::string> Store::names() {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [name, collection] : collections_) all.push_back(name);
  return all;
}

Collection& Store::find(const std::string& name) {
  const auto found = collections_.find(name);
  if (found == collections_.end())
    throw Refusal(404, "Not found: Collection `" + name + "` doesn't exist!");
  return found->second;
}

void Store::apply_due() {
  const std::unique_lock lock(mutex_);
  const auto now = Clock::now();
  for (Waiting& one : waiting_) {
    if (one.due > now) continue;
    if (const auto found = collections_.find(one.collection); found != collections_.end())
      one.write(found->second, counters_);
    one.write = nullptr;
  }
  std::erase_if(waiting_, [](const Waiting& one) { return one.write == nullptr; });
}

std::string Store::write(const std::string& name, Write write, bool is_waited_for) {
  apply_due();
  const std::unique_lock lock(mutex_);
  Collection& collection = find(name);
  if (is_waited_for && script_.times == 0) {
    write(collection, counters_);
    return "completed";
  }
  const bool is_scripted = is_waited_for;
  const auto delay = is_scripted ? script_.delay : kFlush;
  if (is_scripted) --script_.times;
  waiting_.push_back({Clock::now() + delay, name, std::move(write)});
  const bool is_late = is_scripted && script_.status == WriteStatus::kWaitTimeout;
  return is_late ? "wait_timeout" : "acknowledged";
}

void Store::answer_next_writes(std::uint64_t times, WriteStatus status,
                               std::chrono::milliseconds delay) {
  const std::unique_lock lock(mutex_);
  script_ = {times, status, delay};
}

void Store::break_next_upserts(std::uint64_t times) {
  const std::unique_lock lock(mutex_);
  broken_upserts_ = times;
}

bool Store::take_broken_upsert() {
  const std::unique_lock lock(mutex_);
  if (broken_upserts_ == 0) return false;
  --broken_upserts_;
  return true;
}

void Store::lose_what_waits() {
  const std::unique_lock lock(mutex_);
  waiting_.clear();
}

void Store::count(std::uint64_t QdrantCounters::*counter) {
  const std::unique_lock lock(mutex_);
  ++(counters_.*counter);
}

QdrantCounters Store::counters() const {
  const std::shared_lock lock(mutex_);
  return counters_;
}

void Store::reset_counters() {
  const std::unique_lock lock(mutex_);
  counters_ = {};
}

}  // namespace sluice::fakes
