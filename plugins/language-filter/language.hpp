// Language codes: one spelling for each language.
#pragma once

#include <string>
#include <string_view>

namespace language_filter {

// "en" for "en", "EN-us" and "en_GB.UTF-8"; today's code for one that was replaced ("he" for "iw").
// Empty for what is no code, such as "English" or "und".
std::string language_of(std::string_view tag);

}  // namespace language_filter
