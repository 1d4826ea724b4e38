#include "app/terminal_numbers.hpp"

#include <cmath>
#include <cstdio>

namespace sluice::app {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return grouped(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string fixed(double number, int digits) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%.*f", digits, number);
  if (length <= 0 || static_cast<std::size_t>(length) >= sizeof text) return "?";
  return {text, static_cast<std::size_t>(length)};
}

std::string spent(std::chrono::milliseconds time) {
  const std::int64_t seconds = time.count() / 1000;
  char text[48];
  if (seconds < 1) return fixed(static_cast<double>(time.count()) / 1000, 3) + " s";
  if (seconds < 60) return fixed(static_cast<double>(time.count()) / 1000, 1) + " s";
  if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%lld m %02lld s", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld h %02lld m", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60));
  }
  return text;
}

std::string per_second(double rate) {
  if (!std::isfinite(rate) || rate < 0) return "-";
  if (rate >= 1e15) return "-";  // no measurement; and it would not fit the next line's integer
  if (rate >= 100) return grouped(static_cast<std::uint64_t>(std::llround(rate))) + "/s";
  return fixed(rate, rate < 1 && rate > 0 ? 2 : 1) + "/s";
}

}  // namespace sluice::app
