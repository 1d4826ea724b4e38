// Shortlist: of all rows a scan meets, those that can still be among the best documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace local_vectors {

// A row whose true score lies somewhere between two bounds.
struct Candidate {
  std::int64_t key = 0;
  std::uint32_t document = 0;  // dense number
  float lower = 0;
  float upper = 0;
};

// A row is out once `limit` other documents are certainly better, or another row of its own
// document is. Keeps a few times `limit` rows, not all it is shown.
class Shortlist {
 public:
  // Dense document numbers below `documents`.
  Shortlist(std::size_t limit, std::size_t documents);

  // The quick test: rows below it need not be added.
  float threshold() const { return threshold_; }
  void add(const Candidate& row);

  // What is left, highest upper bound first.
  std::vector<Candidate> take();

 private:
  static constexpr float kLowest = -std::numeric_limits<float>::infinity();

  void prune();
  float limit_th_lower();

  const std::size_t limit_;
  std::size_t prune_at_;
  float threshold_ = kLowest;
  std::vector<Candidate> rows_;
  std::vector<float> best_lower_;      // by document
  std::vector<std::uint8_t> counted_;  // by document; all zero between calls
};

}  // namespace local_vectors
