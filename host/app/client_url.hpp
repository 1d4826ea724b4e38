// Percent-encoding of what goes into a URL.
#pragma once

#include <string>
#include <string_view>

namespace sluice::app {

// Letters and digits of ASCII and the characters in `plain` stay, every other byte becomes %XX.
std::string percent_encoded(std::string_view text, std::string_view plain);

}  // namespace sluice::app
