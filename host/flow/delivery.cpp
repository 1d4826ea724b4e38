// The book-keeping of Delivery.
#include "flow/delivery.hpp"

#include <algorithm>

namespace sluice::flow {

void Delivery::reached(std::size_t sink, uint32_t chunks) {
  const auto it = std::find_if(sinks_.begin(), sinks_.end(),
                               [&](const auto& one) { return one.first == sink; });
  if (it == sinks_.end()) {
    sinks_.emplace_back(sink, chunks);
  } else {
    it->second = chunks;
  }
}

void Delivery::worked(const std::string& stage, uint64_t batch, Steady::duration took) {
  auto step = std::find_if(steps_.begin(), steps_.end(),
                           [&](const Step& one) { return one.stage == stage; });
  if (step == steps_.end()) step = steps_.insert(steps_.end(), Step{.stage = stage});
  ++step->records;
  if (step->last_batch == batch) return;
  step->last_batch = batch;
  step->took += took;
  ++step->batches;
}

void Delivery::failed(Failure failure) {
  ++failures_;
  if (!failure_) failure_ = std::move(failure);
}

}  // namespace sluice::flow
