// Durations, sizes and rates as people write them: 150ms, 64KiB, 10/s.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

// Largest duration and size taken: far beyond any use, and sums of a few of them still fit.
constexpr std::chrono::milliseconds kMostDuration = std::chrono::hours(24 * 36'500);  // 100 years
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 60U;                         // 1 EiB

// "150ms" "2s" "1.5s" "10m" "1h" "30d" "1h30m", or a plain number of `plain_unit`; without one only
// "0" is a plain duration. Parts of a millisecond are refused. nullopt: not a duration, or too
// long.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::string_view plain_unit = "");

// The shortest exact form in one unit: "90s", "30d". parse_duration takes it back.
std::string format_duration(std::chrono::milliseconds duration);

// "512" "64KiB" "8MiB" "1GiB" "1TiB", "10KB" "5MB" "1GB" (decimal), "1.5GiB" if it is whole bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
std::string format_bytes(std::uint64_t bytes);

// So many in a period; count 0: no limit.
struct Rate {
  std::uint64_t count = 0;
  std::chrono::milliseconds period{1000};

  friend bool operator==(const Rate&, const Rate&) = default;
};

// "0/s" "10/s" "600/m" "1000/h"; a plain number is per second.
std::optional<Rate> parse_rate(std::string_view text);
std::string format_rate(const Rate& rate);

// Milliseconds in a unit of time (ms, s, m, h, d), 0 if there is no such unit.
std::int64_t milliseconds_in(std::string_view unit);

}  // namespace sluice::config
