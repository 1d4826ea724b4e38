// The arithmetic of Budget.
#include "flow/budget.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {

bool Budget::fits(Load load) const {
  if (used_.records == 0) return true;
  return used_.records + load.records <= limits_.records &&
         used_.bytes + load.bytes <= limits_.bytes;
}

bool Budget::take(Load load, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (!fits(load)) {
    was_refused_ = true;
    if (wait.count() == 0 || !freed_.wait_for(lock, wait, [&] { return fits(load); })) return false;
  }
  used_.records += load.records;
  used_.bytes += load.bytes;
  return true;
}

void Budget::charge(Load load) {
  const std::scoped_lock lock(mutex_);
  used_.records += load.records;
  used_.bytes += load.bytes;
}

void Budget::give_back(Load load) {
  std::function<void(Load)> call;
  Load room;
  {
    const std::scoped_lock lock(mutex_);
    used_.records -= std::min(used_.records, load.records);
    used_.bytes -= std::min(used_.bytes, load.bytes);
    if (std::exchange(was_refused_, false)) call = on_room_;
    room = {limits_.records - std::min(limits_.records, used_.records),
            limits_.bytes - std::min(limits_.bytes, used_.bytes)};
  }
  freed_.notify_all();
  if (call) call(room);
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
  return fits({1, 0});
}

}  // namespace sluice::flow
