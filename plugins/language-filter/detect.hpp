// Detection: which language a text is in.
#pragma once

#include <string>
#include <string_view>

namespace language_filter {

// A code as language_of() gives it; empty when the text is too short, too mixed or not text at all.
// Any bytes will do; they are read up to the first that is not UTF-8. Any thread.
std::string detected_language(std::string_view text);

}  // namespace language_filter
