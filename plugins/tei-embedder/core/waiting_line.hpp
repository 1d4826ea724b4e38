// WaitingLine: texts that wait for their request, in the order in which they came.
#pragma once

#include "core/job.hpp"
#include "core/limits.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace tei {

// Thread-compatible. Items are only ever moved out, so that none is destroyed inside.
class WaitingLine {
 public:
  void add(Item item) { items_.push_back(std::move(item)); }
  // A piece that has to be sent as it is, before everything else.
  void put_first(Piece piece) { pieces_.push_front(std::move(piece)); }
  bool is_empty() const { return items_.empty() && pieces_.empty(); }

  // How many texts the next piece has; 0 when nothing waits.
  std::size_t next_size(const Limits& limits) const;
  Piece take(const Limits& limits);
  // What has run out of time, or whose owner no longer cares.
  std::vector<Item> take_expired(Clock::time_point now);
  std::vector<Item> take_all() { return take_expired(Clock::time_point::max()); }

 private:
  std::deque<Piece> pieces_;
  std::deque<Item> items_;
};

}  // namespace tei
