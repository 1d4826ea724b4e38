#include "index/unicode.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

namespace bm25 {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Blocks of the scripts written without spaces, in ascending order.
constexpr std::array kDenseBlocks = {
    Range{0x0E00, 0x0EFF},    // Thai, Lao
    Range{0x1000, 0x109F},    // Myanmar
    Range{0x1100, 0x11FF},    // Hangul Jamo
    Range{0x1780, 0x17FF},    // Khmer
    Range{0x2E80, 0x2FDF},    // Han radicals
    Range{0x3005, 0x312F},    // Han marks, kana, Bopomofo
    Range{0x3131, 0x31BF},    // Hangul compatibility Jamo, Bopomofo
    Range{0x31F0, 0x31FF},    // kana extensions
    Range{0x3400, 0x9FFF},    // Han
    Range{0xA960, 0xA97F},    // Hangul Jamo
    Range{0xA9E0, 0xA9FF},    // Myanmar
    Range{0xAA60, 0xAA7F},    // Myanmar
    Range{0xAC00, 0xD7FF},    // Hangul
    Range{0xF900, 0xFAFF},    // Han
    Range{0xFF66, 0xFFDC},    // half-width kana and Hangul
    Range{0x1AFF0, 0x1B16F},  // kana
    Range{0x20000, 0x3FFFD},  // Han
};

bool is_dense(char32_t value) {
  const auto* const block =
      std::ranges::lower_bound(kDenseBlocks, value, {}, [](const Range& r) { return r.last; });
  return block != kDenseBlocks.end() && value >= block->first;
}

// Scripts whose combining marks are accents or optional vowel points.
bool drops_marks(char32_t base) {
  return base < 0x0530 || (base >= 0x0590 && base < 0x0780) || (base >= 0x08A0 && base < 0x0900) ||
         (base >= 0x1D00 && base < 0x2000) || (base >= 0x2C60 && base < 0x2C80) ||
         (base >= 0xA640 && base < 0xA800) || (base >= 0xFB1D && base < 0xFE00);
}

bool is_fraction(char32_t value) {
  return (value >= 0xBC && value <= 0xBE) || (value >= 0x2150 && value <= 0x215F) ||
         value == 0x2189;
}

// Letters that carry a stroke or are joined, which no decomposition takes apart.
std::string_view plain_letters(char32_t value) {
  switch (value) {
    case 0x00E6:
      return "ae";
    case 0x00F8:
      return "o";
    case 0x0111:
      return "d";
    case 0x0127:
      return "h";
    case 0x0142:
      return "l";
    case 0x0153:
      return "oe";
    case 0x0167:
      return "t";
    default:
      return {};
  }
}

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

constexpr char32_t kBreve = 0x0306;
constexpr char32_t kDiaeresis = 0x0308;
constexpr char32_t kCyrillicI = 0x0438;
constexpr char32_t kUkrainianI = 0x0456;
constexpr char32_t kTatweel = 0x0640;

// Drops accents from a decomposed word, in place.
void strip_accents(std::vector<utf8proc_int32_t>& word) {
  char32_t base = 0;
  std::erase_if(word, [&](utf8proc_int32_t raw) {
    const auto value = static_cast<char32_t>(raw);
    const CharClass kind = classify(value);
    if (kind == CharClass::kSeparator || kind == CharClass::kIgnorable || value == kTatweel) {
      return true;
    }
    if (!is_mark(utf8proc_category(raw))) {
      base = value;
      return false;
    }
    const bool letter_of_its_own =
        (base == kCyrillicI && value == kBreve) || (base == kUkrainianI && value == kDiaeresis);
    return drops_marks(base) && !letter_of_its_own;
  });
}

}  // namespace

CodePoint decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::uint32_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < size) {
    return {kReplacement, 1};
  }
  char32_t value = lead & (0x7Fu >> size);
  for (std::uint32_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) {
      return {kReplacement, 1};
    }
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) {
    return {kReplacement, 1};
  }
  return {value, size};
}

void append_utf8(std::string& out, char32_t value) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(value), bytes.data());
  for (utf8proc_ssize_t i = 0; i < size; ++i) {
    out.push_back(static_cast<char>(bytes[static_cast<std::size_t>(i)]));
  }
}

CharClass classify(char32_t value) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(value));
  switch (category) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharClass::kMark;
    case UTF8PROC_CATEGORY_CF:
      return value == 0x200B || value == 0xFEFF ? CharClass::kSeparator : CharClass::kIgnorable;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: {
      // Vowel and final Jamo follow their consonant; half-width voicing marks follow their kana.
      const bool follower =
          (value >= 0x1160 && value <= 0x11FF) || value == 0xFF9E || value == 0xFF9F;
      if (follower) return CharClass::kMark;
      return is_dense(value) ? CharClass::kDense : CharClass::kWord;
    }
    case UTF8PROC_CATEGORY_NL:
      return is_dense(value) ? CharClass::kDense : CharClass::kWord;
    case UTF8PROC_CATEGORY_ND:
      return CharClass::kWord;
    case UTF8PROC_CATEGORY_NO:
      return is_fraction(value) ? CharClass::kSeparator : CharClass::kWord;
    default:
      return CharClass::kSeparator;
  }
}

std::string fold(std::string_view word) {
  if (std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    std::string lower(word);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
  }
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STABLE);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(word.data());
  const auto size = static_cast<utf8proc_ssize_t>(word.size());
  std::vector<utf8proc_int32_t> points(word.size() + 16);
  auto count = utf8proc_decompose(bytes, size, points.data(),
                                  static_cast<utf8proc_ssize_t>(points.size()), kOptions);
  if (count > static_cast<utf8proc_ssize_t>(points.size())) {
    points.resize(static_cast<std::size_t>(count));
    count = utf8proc_decompose(bytes, size, points.data(), count, kOptions);
  }
  if (count <= 0) {
    return {};
  }
  points.resize(static_cast<std::size_t>(count));
  strip_accents(points);
  constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const auto composed = utf8proc_normalize_utf32(
      points.data(), static_cast<utf8proc_ssize_t>(points.size()), kCompose);
  std::string out;
  for (utf8proc_ssize_t i = 0; i < composed; ++i) {
    const auto value = static_cast<char32_t>(points[static_cast<std::size_t>(i)]);
    if (const std::string_view plain = plain_letters(value); !plain.empty()) {
      out += plain;
    } else {
      append_utf8(out, value);
    }
  }
  return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) {
    return text;
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0u) == 0x80) {
    --limit;
  }
  return text.substr(0, limit);
}

}  // namespace bm25
