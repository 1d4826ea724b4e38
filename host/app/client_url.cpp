#include "app/client_url.hpp"

#include <cctype>

namespace sluice::app {

std::string percent_encoded(std::string_view text, std::string_view plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_word = byte < 0x80 && std::isalnum(byte) != 0;
    if (is_word || plain.find(letter) != plain.npos) {
      encoded += letter;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace sluice::app
