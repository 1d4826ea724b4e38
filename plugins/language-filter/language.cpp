// The primary subtag of a BCP 47 tag, in lower case.
#include "language.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace language_filter {
namespace {

// Codes that ISO 639 or practice has replaced; the written forms of Norwegian are one language
// here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSame = {{{"in", "id"},
                                                                                 {"iw", "he"},
                                                                                 {"ji", "yi"},
                                                                                 {"jw", "jv"},
                                                                                 {"mo", "ro"},
                                                                                 {"nb", "no"},
                                                                                 {"nn", "no"}}};
// Said by pages and detectors that do not know.
constexpr std::array<std::string_view, 4> kNone = {"un", "und", "mul", "zxx"};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::string language_of(std::string_view tag) {
  std::string code(tag.substr(0, tag.find_first_of("-_.@")));
  std::transform(code.begin(), code.end(), code.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool is_code = (code.size() == 2 || code.size() == 3) &&
                       std::all_of(code.begin(), code.end(), is_letter) &&
                       std::find(kNone.begin(), kNone.end(), code) == kNone.end();
  if (!is_code) return {};
  for (const auto& [old, now] : kSame) {
    if (code == old) return std::string(now);
  }
  return code;
}

}  // namespace language_filter
