// The logarithmic scale of TimeHistogram.
#include "crawls/time_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

namespace sluice::crawls {
namespace {

constexpr double kPerDoubling = 8;

std::size_t bucket_of(std::chrono::milliseconds time) {
  const double ms = std::max(1.0, static_cast<double>(time.count()));
  const auto bucket = static_cast<std::size_t>(std::log2(ms) * kPerDoubling);
  return std::min(bucket, TimeHistogram::kBuckets - 1);
}

}  // namespace

void TimeHistogram::add(std::chrono::milliseconds time) { ++counts_[bucket_of(time)]; }

std::optional<std::chrono::milliseconds> TimeHistogram::percentile(double share) const {
  const auto total = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  if (total == 0) return std::nullopt;
  const auto rank = std::max(1.0, std::ceil(share * static_cast<double>(total)));
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket + 1 < kBuckets; ++bucket) {
    seen += counts_[bucket];
    if (static_cast<double>(seen) >= rank) break;
  }
  const double middle = std::exp2((static_cast<double>(bucket) + 0.5) / kPerDoubling);
  return std::chrono::milliseconds(std::llround(middle));
}

std::span<const std::byte, TimeHistogram::kBytes> TimeHistogram::bytes() const {
  static_assert(std::endian::native == std::endian::little, "the stored form is little-endian");
  return std::as_bytes(std::span<const std::uint32_t, kBuckets>(counts_));
}

TimeHistogram TimeHistogram::from_bytes(std::span<const std::byte> bytes) {
  TimeHistogram histogram;
  if (bytes.size() == kBytes) std::memcpy(histogram.counts_.data(), bytes.data(), kBytes);
  return histogram;
}

}  // namespace sluice::crawls
