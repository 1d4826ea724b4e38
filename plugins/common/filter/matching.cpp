#include "common/filter/matching.hpp"

#include <algorithm>
#include <cstddef>

namespace plugin_common {
namespace {

// Tags of RFC 5646 are shorter (4.4.1); of what a page calls so and is not, what begins later is no
// range of its own, or some kilobytes of hyphens would become gigabytes.
constexpr std::size_t kLongestTag = 64;

// ASCII: tags and the domains of canonical URLs have nothing else.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char folded(char c) { return c == '_' ? '-' : lower(c); }

}  // namespace

bool is_in_language(std::string_view tag, std::string_view range) {
  if (tag.size() < range.size()) return false;
  const bool begins_so = std::equal(range.begin(), range.end(), tag.begin(),
                                    [](char a, char b) { return folded(a) == folded(b); });
  return begins_so && (tag.size() == range.size() || folded(tag[range.size()]) == '-');
}

std::vector<std::string> language_ranges(std::string_view tag) {
  std::vector<std::string> ranges;
  const std::string whole = language_range(tag);
  if (whole.empty()) return ranges;
  for (auto end = whole.find('-', 1); end < kLongestTag; end = whole.find('-', end + 1)) {
    ranges.push_back(whole.substr(0, end));
  }
  ranges.push_back(whole);
  return ranges;
}

std::string language_range(std::string_view range) {
  std::string out(range);
  std::transform(out.begin(), out.end(), out.begin(), folded);
  return out;
}

bool is_same_domain(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string domain_in_lower_case(std::string_view domain) {
  std::string out(domain);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

}  // namespace plugin_common
