// Attributes: the metadata that searches can filter by, and the filters.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace local_vectors {

// The order is that of the columns in the file.
inline constexpr std::array<std::string_view, 5> kAttributeNames = {"domain", "language", "country",
                                                                    "is_mobile", "crawl_id"};
inline constexpr std::size_t kAttributes = kAttributeNames.size();
inline constexpr std::size_t kDomain = 0;
inline constexpr std::size_t kLanguage = 1;
inline constexpr std::size_t kIsMobile = 3;

// One value per name; empty for a chunk without it. Truth is "true" or "false".
using AttributeViews = std::array<std::string_view, kAttributes>;

// For each name the values of which one must match; nothing: no condition. They match what is
// equal, but domains have no case, a language has its regional ones, and what is not said to be
// mobile is not.
struct Filter {
  std::array<std::optional<std::vector<std::string>>, kAttributes> any_of;

  bool is_empty() const;
};

// Reads {"language": "en", "domain": ["a.org", "b.org"], "is_mobile": true}; empty text is no
// filter, and so is null. Otherwise a sentence that says what is wrong.
std::variant<Filter, std::string> parse_filter(std::string_view json);

}  // namespace local_vectors
