// Inlet: the queue and the batcher in front of a stage. The pipeline's mode is nothing but the
// policy of the first inlet; all later ones coalesce whatever waits.
#pragma once

#include "base/clock.hpp"
#include "data/record.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::flow {

struct InletPolicy {
  uint32_t max_records = 80;
  uint64_t max_bytes = 8ULL << 20U;  // of text and vectors in one batch; one record always fits
  // How long the oldest record may wait for company while the stage has a free slot. Zero is
  // natural batching: leave at once when a slot is free, and together with whoever came meanwhile
  // when not.
  std::chrono::milliseconds max_wait{0};
  // Records of different crawls never share a batch, and a crawl's batch leaves when it closes.
  bool is_by_group = false;
};

// Owned by its stage; the loop's thread alone.
class Inlet {
 public:
  explicit Inlet(InletPolicy policy) : policy_(policy) {}

  void add(data::RecordRef record, Steady::time_point now);
  // A record that comes back: it has waited already, so it waits for nobody.
  void add_urgent(data::RecordRef record, Steady::time_point now);

  // The next batch, empty while there is none to give now. Call it only with a free slot.
  struct Taken {
    std::vector<data::RecordRef> records;
    Steady::time_point oldest;  // when the first of them came
  };
  Taken take(Steady::time_point now);
  // When take will give something though nothing new comes; nothing while the inlet is empty.
  std::optional<Steady::time_point> next_due() const;

  // What waits now leaves without waiting for its timer: one crawl's, or everything.
  void flush(const std::string& group);
  void flush_all();

  // From now on; what waits moves under the new policy.
  void set_policy(InletPolicy policy);

  std::size_t size() const { return size_; }
  bool is_empty() const { return size_ == 0; }
  Steady::time_point oldest() const;  // only when not empty

 private:
  struct Waiting {
    data::RecordRef record;
    uint64_t bytes = 0;
    Steady::time_point since;
  };
  // The records that may share a batch: one crawl's, or all of them.
  struct Line {
    std::string group;
    std::deque<Waiting> records;
    uint64_t bytes = 0;  // of all of them
    bool is_flushing = false;
  };
  using Lines = std::list<Line>;

  Line& line_of(const data::Record& record);
  void add_to(Line& line, data::RecordRef record, Steady::time_point since);
  bool is_ready(const Line& line, Steady::time_point now) const;
  Steady::time_point due(const Line& line) const;

  InletPolicy policy_;
  Lines lines_;  // served in turn: one that gave a batch goes to the end
  std::unordered_map<std::string, Lines::iterator> by_group_;
  std::size_t size_ = 0;
};

}  // namespace sluice::flow
