// The features of a word are itself and its pieces of 3 to 5 code points, with marks for its ends.
// Each hashes to a dimension and a sign (Weinberger et al., 2009): what collides cancels out on
// average.
#include "feature_hash.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hash_embedder {
namespace {

constexpr float kPieceWeight = 0.3F;  // a word outweighs the few pieces that it shares with others
constexpr std::size_t kMaxWord = 64;  // code points; longer runs are taken apart, so cost is linear
constexpr std::size_t kShortestPiece = 3;
constexpr std::size_t kLongestPiece = 5;
constexpr char32_t kWordEnd = 0x110000;  // beyond Unicode: cannot occur in a text

// FNV-1a over the bytes of code points, low byte first, then the finisher of MurmurHash3, which
// spreads the last byte's change over all bits.
class Hash {
 public:
  explicit Hash(std::uint64_t kind) { add(kind); }
  void add(std::uint64_t value) {
    for (int byte = 0; byte < 4; ++byte, value >>= 8) {
      state_ = (state_ ^ (value & 0xFF)) * 0x100000001B3U;
    }
  }
  std::uint64_t finish() const {
    std::uint64_t h = state_;
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDU;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53U;
    return h ^ (h >> 33);
  }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

enum class Script { kNone, kWord, kIdeograph };

Script script_of(utf8proc_int32_t c) {
  const utf8proc_category_t of = utf8proc_category(c);
  const bool is_word = (of >= UTF8PROC_CATEGORY_LU && of <= UTF8PROC_CATEGORY_ME) ||
                       of == UTF8PROC_CATEGORY_ND || of == UTF8PROC_CATEGORY_NL;
  if (!is_word) {
    return Script::kNone;
  }
  // Written without blanks: every code point is a word, and pairs of them stand for words.
  const bool is_ideograph = (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
                            (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
  return is_ideograph ? Script::kIdeograph : Script::kWord;
}

class Features {
 public:
  void add_part(std::string_view text) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    auto left = static_cast<utf8proc_ssize_t>(text.size());
    while (left > 0) {
      utf8proc_int32_t c = *at;
      utf8proc_ssize_t size = 1;
      if (c >= 0x80) {
        size = utf8proc_iterate(at, left, &c);
        if (size <= 0) {  // not UTF-8: a gap of one byte
          size = 1;
          c = ' ';
        }
      }
      at += size;
      left -= size;
      add_code_point(c);
    }
    end_word();
    previous_ideograph_ = 0;
  }

  // The counts so far as weights, damped: the tenth mention says less than the first.
  void write(std::span<float> out) {
    std::fill(out.begin(), out.end(), 0.0F);
    std::sort(seen_.begin(), seen_.end());
    for (std::size_t i = 0; i < seen_.size();) {
      std::size_t end = i;
      while (end < seen_.size() && seen_[end] == seen_[i]) {
        ++end;
      }
      add_weight(seen_[i], end - i, out);
      i = end;
    }
    normalize(out);
  }

 private:
  void add_code_point(utf8proc_int32_t c) {
    if (c < 0x80) {
      const bool is_capital = c >= 'A' && c <= 'Z';
      const bool is_word = is_capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      add_folded(is_capital ? c - 'A' + 'a' : c, is_word ? Script::kWord : Script::kNone);
      return;
    }
    // Case and accents folded: "Événement" and "evenement" are one word.
    std::array<utf8proc_int32_t, 8> folded{};  // the longest folding has fewer
    int bound = 0;
    const auto count = utf8proc_decompose_char(
        c, folded.data(), folded.size(),
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                       UTF8PROC_IGNORE),
        &bound);
    for (std::size_t i = 0; i < folded.size() && static_cast<utf8proc_ssize_t>(i) < count; ++i) {
      if (utf8proc_category(folded[i]) != UTF8PROC_CATEGORY_MN) {
        add_folded(folded[i], script_of(folded[i]));
      }
    }
  }

  void add_folded(utf8proc_int32_t c, Script script) {
    if (script == Script::kWord) {
      previous_ideograph_ = 0;
      word_.push_back(static_cast<char32_t>(c));
      if (word_.size() == kMaxWord + 1) {
        end_word();
      }
      return;
    }
    end_word();
    if (script == Script::kNone) {
      previous_ideograph_ = 0;
      return;
    }
    const auto point = static_cast<char32_t>(c);
    add_piece(std::array{point});
    if (previous_ideograph_ != 0) {
      add_word(std::array{previous_ideograph_, point});
    }
    previous_ideograph_ = point;
  }

  // word_ begins with the mark of a word's end.
  void end_word() {
    if (word_.size() > 1) {
      add_word(std::span(word_).subspan(1));
      word_.push_back(kWordEnd);
      for (std::size_t length = kShortestPiece; length <= kLongestPiece; ++length) {
        for (std::size_t at = 0; at + length <= word_.size(); ++at) {
          add_piece(std::span(word_).subspan(at, length));
        }
      }
    }
    word_.assign(1, kWordEnd);
  }

  void add_word(std::span<const char32_t> points) { add_feature(1, points); }
  void add_piece(std::span<const char32_t> points) { add_feature(0, points); }

  // The lowest bit of a feature's hash is set for a word, so that its weight need not be kept
  // beside it.
  void add_feature(std::uint64_t is_word, std::span<const char32_t> points) {
    Hash hash(is_word);
    for (const char32_t point : points) {
      hash.add(point);
    }
    seen_.push_back((hash.finish() & ~std::uint64_t{1}) | is_word);
  }

  static void add_weight(std::uint64_t feature, std::size_t count, std::span<float> out) {
    const float damped =
        std::sqrt(static_cast<float>(count));  // exact to the bit everywhere, unlike log
    const float weight = (feature & 1) != 0 ? damped : kPieceWeight * damped;
    const bool is_negative = ((feature >> 1) & 1) != 0;
    out[(feature >> 2) % out.size()] += is_negative ? -weight : weight;
  }

  static void normalize(std::span<float> out) {
    double squares = 0;
    for (const float x : out) {
      squares += double{x} * double{x};
    }
    if (squares == 0) {
      out[0] = 1;
      return;
    }
    const double length = std::sqrt(squares);
    for (float& x : out) {
      x = static_cast<float>(x / length);
    }
  }

  std::vector<char32_t> word_ = {kWordEnd};
  char32_t previous_ideograph_ = 0;
  std::vector<std::uint64_t> seen_;  // one entry per occurrence
};

}  // namespace

void embed(std::span<const std::string_view> parts, std::span<float> out) {
  Features features;
  for (const std::string_view part : parts) {
    features.add_part(part);
  }
  features.write(out);
}

}  // namespace hash_embedder
