// See units.hpp. All arithmetic is on integers: no value is rounded.
#include "config/units.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array<Unit, 5> kTimes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kBinary{{{"TiB", std::uint64_t{1} << 40U},
                                       {"GiB", std::uint64_t{1} << 30U},
                                       {"MiB", std::uint64_t{1} << 20U},
                                       {"KiB", std::uint64_t{1} << 10U}}};
constexpr std::array<Unit, 6> kOtherSizes{{{"TB", 1'000'000'000'000},
                                           {"GB", 1'000'000'000},
                                           {"MB", 1'000'000},
                                           {"KB", 1'000},
                                           {"kB", 1'000},
                                           {"B", 1}}};

template <std::size_t N>
std::uint64_t size_of(const std::array<Unit, N>& units, std::string_view name) {
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.name == name; });
  return found == units.end() ? 0 : found->size;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// A decimal number in front of a unit.
struct Amount {
  std::string_view whole;
  std::string_view fraction;
};

std::optional<Amount> take_amount(std::string_view& text) {
  Amount amount;
  amount.whole = take_while_digits(text);
  if (amount.whole.empty()) return std::nullopt;
  if (!text.starts_with('.')) return amount;
  text.remove_prefix(1);
  amount.fraction = take_while_digits(text);
  if (amount.fraction.empty()) return std::nullopt;
  return amount;
}

// amount * unit, if that is a whole number of at most `most`.
std::optional<std::uint64_t> multiply(const Amount& amount, std::uint64_t unit,
                                      std::uint64_t most) {
  std::uint64_t value = 0;
  for (const char c : amount.whole) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (most - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (value > most / unit) return std::nullopt;
  value *= unit;
  std::string_view fraction = amount.fraction;
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > 9) return std::nullopt;  // nine digits keep the products below in 64 bits
  std::uint64_t numerator = 0;
  std::uint64_t scale = 1;
  for (const char c : fraction) {
    numerator = numerator * 10 + static_cast<std::uint64_t>(c - '0');
    scale *= 10;
  }
  // unit * numerator / scale, divided first so that it cannot overflow.
  const std::uint64_t low = (unit % scale) * numerator;
  if (low % scale != 0) return std::nullopt;
  value += (unit / scale) * numerator + low / scale;
  return value <= most ? std::optional(value) : std::nullopt;
}

template <std::size_t N>
std::string format(std::uint64_t value, const std::array<Unit, N>& units, std::string_view rest) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.size == 0) {
      return std::to_string(value / unit.size) + std::string(unit.name);
    }
  }
  return std::to_string(value) + std::string(rest);
}

}  // namespace

std::int64_t milliseconds_in(std::string_view unit) {
  return static_cast<std::int64_t>(size_of(kTimes, unit));
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::string_view plain_unit) {
  constexpr auto kMost = static_cast<std::uint64_t>(kMostDuration.count());
  std::uint64_t total = 0;
  std::uint64_t smallest = kMost;  // units fall from left to right: 1h30m, not 30m1h
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto amount = take_amount(text);
    if (!amount) return std::nullopt;
    const auto end = std::find_if(text.begin(), text.end(), is_digit);
    std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(name.size());
    const bool is_plain = name.empty() && text.empty() && smallest == kMost;
    if (is_plain) {
      const bool is_zero = amount->whole.find_first_not_of('0') == std::string_view::npos &&
                           amount->fraction.find_first_not_of('0') == std::string_view::npos;
      name = is_zero ? "ms" : plain_unit;
    }
    const std::uint64_t unit = size_of(kTimes, name);
    if (unit == 0 || unit >= smallest) return std::nullopt;
    smallest = unit;
    const auto part = multiply(*amount, unit, kMost - total);
    if (!part) return std::nullopt;
    total += *part;
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  return format(static_cast<std::uint64_t>(duration.count()), kTimes, "ms");
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const auto amount = take_amount(text);
  if (!amount) return std::nullopt;
  if (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
  std::uint64_t unit = text.empty() ? 1 : size_of(kBinary, text);
  if (unit == 0) unit = size_of(kOtherSizes, text);
  if (unit == 0) return std::nullopt;
  return multiply(*amount, unit, kMostBytes);
}

std::string format_bytes(std::uint64_t bytes) { return format(bytes, kBinary, "B"); }

std::optional<Rate> parse_rate(std::string_view text) {
  constexpr std::uint64_t kMostCount = 1'000'000'000;  // more is no limit
  const auto amount = take_amount(text);
  if (!amount || !amount->fraction.empty()) return std::nullopt;
  const auto count = multiply(*amount, 1, kMostCount);
  if (!count) return std::nullopt;
  if (text.empty()) return Rate{*count, std::chrono::seconds(1)};
  if (!text.starts_with('/')) return std::nullopt;
  const std::string_view unit = text.substr(1);
  if (unit != "s" && unit != "m" && unit != "h") return std::nullopt;
  return Rate{*count, std::chrono::milliseconds(milliseconds_in(unit))};
}

std::string format_rate(const Rate& rate) {
  const auto period = static_cast<std::uint64_t>(rate.period.count());
  const auto found = std::find_if(kTimes.begin(), kTimes.end(),
                                  [&](const Unit& unit) { return unit.size == period; });
  const std::string_view unit = found == kTimes.end() ? "s" : found->name;
  return std::to_string(rate.count) + "/" + std::string(unit);
}

}  // namespace sluice::config
