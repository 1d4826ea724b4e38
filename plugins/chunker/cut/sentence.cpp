// A few characters decide for most words, so the common answer is found from the last byte.
#include "cut/sentence.hpp"

#include "cut/utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace chunker {
namespace {

// Without the last full stop, in small letters; sorted. Only those usually followed by more text.
constexpr std::array<std::string_view, 61> kAbbreviations = {
    "abb",  "abs", "al",  "approx", "art", "av",  "bd",   "bspw", "bzw", "ca",  "cap",
    "cf",   "ch",  "co",  "corp",   "d.h", "dr",  "dra",  "e.g",  "ed",  "eds", "eg",
    "ej",   "eq",  "etc", "evtl",   "ex",  "fig", "figs", "ggf",  "hr",  "i.e", "ie",
    "inc",  "jr",  "ltd", "mr",     "mrs", "ms",  "mt",   "núm",  "no",  "nos", "nr",
    "p.ej", "pag", "pp",  "prof",   "pág", "ref", "resp", "sec",  "sr",  "sra", "st",
    "u.a",  "usw", "vgl", "vol",    "vs",  "z.b",
};

bool is_closer(char32_t c) {
  switch (c) {
    case '"':
    case '\'':
    case ')':
    case ']':
    case '}':
    case '*':
    case '_':
    case '`':
    case 0xBB:
    case 0x2019:
    case 0x201D:
    case 0x203A:
    case 0x300D:
    case 0x300F:
    case 0xFF09:
    case 0x3011:
      return true;
    default:
      return false;
  }
}

// Ends a sentence by itself.
bool is_full_stop_elsewhere(char32_t c) {
  switch (c) {
    case 0x3002:
    case 0xFF01:
    case 0xFF1F:
    case 0xFF61:
    case 0xFF0E:  // CJK
    case 0x0964:
    case 0x0965:
    case 0x06D4:
    case 0x061F:
    case 0x1362:
    case 0x1367:
    case 0x104B:
    case 0x17D4:
    case 0x0589:
      return true;
    default:
      return false;
  }
}

bool starts_small(std::string_view following) {
  if (following.empty()) {
    return false;
  }
  const utf8::CodePoint first = utf8::decode(following, 0);
  return utf8proc_category(static_cast<utf8proc_int32_t>(first.value)) == UTF8PROC_CATEGORY_LL;
}

// `word` is what stands before a full stop: "Dr", "e.g", "J", "12".
bool is_abbreviation(std::string_view word) {
  constexpr std::size_t kLongest = 8;  // bytes; no entry of the table is longer
  while (!word.empty() && utf8::is_ascii_punctuation(static_cast<unsigned char>(word.front()))) {
    word.remove_prefix(1);
  }
  if (word.empty() || word.size() > kLongest) {
    return false;
  }
  const bool is_number = std::all_of(word.begin(), word.end(), [](char c) {
    return utf8::is_ascii_digit(static_cast<unsigned char>(c));
  });
  const bool is_initial = word.size() == 1 && word.front() >= 'A' && word.front() <= 'Z';
  if (is_initial || (is_number && word.size() <= 2)) {
    return true;
  }
  std::array<char, kLongest> small{};
  std::transform(word.begin(), word.end(), small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kAbbreviations.begin(), kAbbreviations.end(),
                   std::string_view(small.data(), word.size())) != kAbbreviations.end();
}

}  // namespace

bool ends_sentence(std::string_view word, Gap gap, std::string_view following) {
  while (!word.empty()) {
    const auto byte = static_cast<unsigned char>(word.back());
    if (utf8::is_ascii_letter(byte) || utf8::is_ascii_digit(byte)) {
      return false;
    }
    const utf8::CodePoint last = utf8::decode_before(word, word.size());
    const std::string_view rest = word.substr(0, word.size() - last.size);
    if (is_full_stop_elsewhere(last.value)) {
      return true;
    }
    if (last.value == '!' || last.value == '?' || last.value == 0x2026) {
      return gap == Gap::kBlank;
    }
    if (last.value == '.') {
      return gap == Gap::kBlank && !starts_small(following) && !is_abbreviation(rest);
    }
    if (!is_closer(last.value)) {
      return false;
    }
    word = rest;
  }
  return false;
}

}  // namespace chunker
