// TimeHistogram: percentiles of durations in a fixed amount of memory.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sluice::crawls {

// Counts in buckets of a logarithmic scale, eight to a doubling, from 1 ms to 12 days. A percentile
// is its bucket's geometric middle: at most 4.5 % away from the true one. Thread-compatible.
class TimeHistogram final {
 public:
  static constexpr std::size_t kBuckets = 240;  // 30 doublings of a millisecond
  static constexpr std::size_t kBytes = kBuckets * sizeof(std::uint32_t);

  void add(std::chrono::milliseconds time);
  // None while nothing was added. `share` is 0.5 for the median.
  std::optional<std::chrono::milliseconds> percentile(double share) const;

  // As stored: the counts, little-endian. Bytes of another length make an empty histogram.
  std::span<const std::byte, kBytes> bytes() const;
  static TimeHistogram from_bytes(std::span<const std::byte> bytes);

 private:
  std::array<std::uint32_t, kBuckets> counts_{};
};

}  // namespace sluice::crawls
