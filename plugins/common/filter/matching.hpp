// How the values of a search's filters are compared with those of a page, the same in every index.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plugin_common {

// As RFC 4647 says in 3.3.1, "basic filtering": the range "en" has the tags "en", "EN" and "en-US",
// but not "eng". An underscore is as good as a hyphen, since pages write "en_US" too.
bool is_in_language(std::string_view tag, std::string_view range);

// Every range that the tag is in, for a store that can but compare: "en" and "en-us" of "en-US". In
// lower case, with hyphens; none of an empty tag. At most some dozen, whatever a page calls a tag.
std::vector<std::string> language_ranges(std::string_view tag);

// A range as language_ranges writes it.
std::string language_range(std::string_view range);

// Domains have no case.
bool is_same_domain(std::string_view one, std::string_view other);
std::string domain_in_lower_case(std::string_view domain);

}  // namespace plugin_common
