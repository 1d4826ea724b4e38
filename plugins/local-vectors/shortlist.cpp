#include "shortlist.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace local_vectors {
namespace {

constexpr std::size_t kLeastRoom = 1024;  // rows before the first look at what can go
constexpr std::size_t kRoomPerHit = 4;

}  // namespace

Shortlist::Shortlist(std::size_t limit, std::size_t documents)
    : limit_(std::max<std::size_t>(limit, 1)),
      prune_at_(kLeastRoom + kRoomPerHit * limit_),
      best_lower_(documents, kLowest),
      counted_(documents) {}

void Shortlist::add(const Candidate& row) {
  float& best = best_lower_[row.document];
  if (row.upper < best) return;
  best = std::max(best, row.lower);
  rows_.push_back(row);
  if (rows_.size() >= prune_at_) prune();
}

std::vector<Candidate> Shortlist::take() {
  prune();
  std::sort(rows_.begin(), rows_.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair{-a.upper, a.key} < std::pair{-b.upper, b.key};
  });
  return std::move(rows_);
}

void Shortlist::prune() {
  threshold_ = std::max(threshold_, limit_th_lower());
  std::erase_if(rows_, [&](const Candidate& row) {
    return row.upper < threshold_ || row.upper < best_lower_[row.document];
  });
  // Ties may leave everything in place: look again only when there is twice as much.
  prune_at_ = std::max(prune_at_, 2 * rows_.size());
}

float Shortlist::limit_th_lower() {
  std::vector<float> lowers;
  for (const Candidate& row : rows_) {
    if (std::exchange(counted_[row.document], std::uint8_t{1}) == 0)
      lowers.push_back(best_lower_[row.document]);
  }
  for (const Candidate& row : rows_) counted_[row.document] = 0;
  if (lowers.size() < limit_) return kLowest;
  const auto at = lowers.begin() + static_cast<std::ptrdiff_t>(limit_ - 1);
  std::nth_element(lowers.begin(), at, lowers.end(), std::greater<>());
  return *at;
}

}  // namespace local_vectors
