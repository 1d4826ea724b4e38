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

void Delivery::failed(Failure failure) {
  ++failures_;
  if (!failure_) failure_ = std::move(failure);
}

}  // namespace sluice::flow
