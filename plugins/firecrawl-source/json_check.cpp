// A state machine over the grammar; the open containers are the bits of one integer.
#include "json_check.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace firecrawl {
namespace {

static_assert(kMaxJsonDepth <= 64, "the containers that are open are the bits of a uint64_t");

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether one of eight bytes is a quote, a backslash or a control character (the classic "has a
// byte less than" and "has a zero byte" tricks; a false alarm only costs the byte-wise look).
bool has_special(std::uint64_t block) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const std::uint64_t quotes = block ^ (kOnes * static_cast<unsigned char>('"'));
  const std::uint64_t slashes = block ^ (kOnes * static_cast<unsigned char>('\\'));
  const std::uint64_t found = ((block - kOnes * 0x20U) & ~block) | ((quotes - kOnes) & ~quotes) |
                              ((slashes - kOnes) & ~slashes);
  return (found & kHighs) != 0;
}

class Checker {
 public:
  explicit Checker(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  JsonCheck run() {
    do {
      if (!value()) return too_deep_ ? JsonCheck::kTooDeep : JsonCheck::kMalformed;
    } while (close_containers() == Next::kValue);
    skip_space();
    return is_broken_ || at_ != end_ ? JsonCheck::kMalformed : JsonCheck::kOk;
  }

 private:
  enum class Next { kValue, kEnd };

  // One scalar, one empty container, or the start of a container up to where its first value is
  // due.
  bool value() {
    while (true) {
      skip_space();
      if (at_ == end_) return false;
      switch (*at_) {
        case '{':
          if (!open(true)) return false;
          if (peek() == '}') return true;  // close_containers takes it from here
          if (!key()) return false;
          break;
        case '[':
          if (!open(false)) return false;
          if (peek() == ']') return true;
          break;
        case '"':
          return string();
        case 't':
          return word("true");
        case 'f':
          return word("false");
        case 'n':
          return word("null");
        default:
          return number();
      }
    }
  }

  // After a value: closes what ends here, and says whether another value is due.
  Next close_containers() {
    while (depth_ > 0) {
      const bool in_object = (objects_ & 1U) != 0;
      const char c = peek();
      if (c == ',') {
        ++at_;
        is_broken_ = in_object && !key();
        return is_broken_ ? Next::kEnd : Next::kValue;
      }
      if (c != (in_object ? '}' : ']')) {
        is_broken_ = true;
        return Next::kEnd;
      }
      ++at_;
      objects_ >>= 1U;
      --depth_;
    }
    return Next::kEnd;
  }

  bool open(bool is_object) {
    if (depth_ == kMaxJsonDepth) {
      too_deep_ = true;
      return false;
    }
    ++at_;
    ++depth_;
    objects_ = objects_ << 1U | (is_object ? 1U : 0U);
    return true;
  }

  bool key() {
    if (peek() != '"' || !string() || peek() != ':') return false;
    ++at_;
    return true;
  }

  bool string() {
    ++at_;
    while (true) {
      skip_plain();
      if (at_ == end_) return false;
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
  }

  void skip_plain() {
    std::uint64_t block = 0;
    while (static_cast<std::size_t>(end_ - at_) >= sizeof block) {
      std::memcpy(&block, at_, sizeof block);
      if (has_special(block)) return;
      at_ += sizeof block;
    }
  }

  bool escape() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::strchr("\"\\/bfnrt", c) != nullptr && c != '\0';
    for (int i = 0; i < 4; ++i) {
      if (at_ == end_ || !is_hex(*at_++)) return false;
    }
    return true;
  }

  bool number() {
    if (*at_ == '-') ++at_;
    if (at_ == end_) return false;
    if (*at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      return digits();
    }
    return true;
  }

  bool digits() {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
  }

  bool word(std::string_view expected) {
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    if (!rest.starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // The next byte that is not white space; NUL, which is no part of the grammar, at the end.
  char peek() {
    skip_space();
    return at_ == end_ ? '\0' : *at_;
  }

  const char* at_;
  const char* end_;
  std::uint64_t objects_ = 0;  // lowest bit: the innermost container is an object
  int depth_ = 0;
  bool too_deep_ = false;
  bool is_broken_ = false;
};

}  // namespace

JsonCheck check_json(std::string_view text) { return Checker(text).run(); }

}  // namespace firecrawl
