// The arithmetic of Budget, and the line in front of it.
#include "flow/budget.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::flow {

bool Budget::fits(Load load) const {
  if (used_.records == 0) return true;
  return used_.records + load.records <= limits_.records &&
         used_.bytes + load.bytes <= limits_.bytes;
}

bool Budget::take_here(Load load) {
  if (!fits(load)) return false;
  used_.records += load.records;
  used_.bytes += load.bytes;
  return true;
}

bool Budget::take(Load load) {
  const std::scoped_lock lock(mutex_);
  if (take_here(load)) return true;
  was_refused_ = true;
  return false;
}

bool Budget::take(Load load, Steady::time_point until, Then then) {
  bool is_taken = false;
  {
    const std::scoped_lock lock(mutex_);
    is_taken = waiting_.empty() && take_here(load);
    if (!is_taken && waiting_.size() < kMostWaiting) {
      waiting_.push_back({load, until, std::move(then)});
      return true;
    }
    was_refused_ = was_refused_ || !is_taken;
  }
  then(is_taken);
  return false;
}

void Budget::expire(Steady::time_point now) {
  std::vector<Waiting> late;
  {
    const std::scoped_lock lock(mutex_);
    const auto is_early = [&](const Waiting& one) { return one.until > now; };
    const auto first = std::stable_partition(waiting_.begin(), waiting_.end(), is_early);
    late.assign(std::move_iterator(first), std::move_iterator(waiting_.end()));
    waiting_.erase(first, waiting_.end());
    was_refused_ = was_refused_ || !late.empty();
  }
  for (const Waiting& one : late) one.then(false);
}

void Budget::charge(Load load) {
  const std::scoped_lock lock(mutex_);
  used_.records += load.records;
  used_.bytes += load.bytes;
}

void Budget::give_back(Load load) {
  put_back(load);
  serve();
}

void Budget::put_back(Load load) {
  const std::scoped_lock lock(mutex_);
  used_.records -= std::min(used_.records, load.records);
  used_.bytes -= std::min(used_.bytes, load.bytes);
}

void Budget::serve() {
  std::vector<Waiting> next;
  std::function<void(Load)> call;
  Load room;
  {
    const std::scoped_lock lock(mutex_);
    while (!waiting_.empty() && take_here(waiting_.front().load)) {
      next.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    if (waiting_.empty() && fits({1, 0}) && std::exchange(was_refused_, false)) call = on_room_;
    room = {limits_.records - std::min(limits_.records, used_.records),
            limits_.bytes - std::min(limits_.bytes, used_.bytes)};
  }
  for (const Waiting& one : next) one.then(true);
  if (call) call(room);
}

void Budget::set_limits(Load limits) {
  {
    const std::scoped_lock lock(mutex_);
    limits_ = limits;
  }
  serve();
}

void Budget::on_room(std::function<void(Load)> call) {
  const std::scoped_lock lock(mutex_);
  on_room_ = std::move(call);
}

Load Budget::used() const {
  const std::scoped_lock lock(mutex_);
  return used_;
}

bool Budget::has_room() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.empty() && fits({1, 0});
}

}  // namespace sluice::flow
