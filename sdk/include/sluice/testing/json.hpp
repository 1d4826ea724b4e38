// sluice/testing/json.hpp - JSON as far as a test needs it: the settings of a component and their
// schema.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// One JSON value. Members of an object keep their order.
class Json {
 public:
  enum class Kind : uint8_t { kNull, kBool, kInteger, kNumber, kText, kList, kObject };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  static Json of(bool truth) {
    return with(Kind::kBool, [&](Json& j) { j.integer = truth; });
  }
  static Json of(int64_t number) {
    return with(Kind::kInteger, [&](Json& j) { j.integer = number; });
  }
  static Json of(std::string text) {
    return with(Kind::kText, [&](Json& j) { j.text = std::move(text); });
  }
  static Json object() {
    return with(Kind::kObject, [](Json&) {});
  }
  // Throws std::invalid_argument with a sentence.
  static Json parse(std::string_view text);

  const Json* find(std::string_view key) const {
    for (const Member& member : members)
      if (member.first == key) return &member.second;
    return nullptr;
  }
  Json& operator[](std::string_view key) {
    for (Member& member : members)
      if (member.first == key) return member.second;
    return members.emplace_back(key, Json{}).second;
  }
  // By JSON Pointer, such as /a/0; null: there is no such value.
  const Json* at(std::string_view pointer) const;
  bool is(Kind k) const { return kind == k; }
  double as_number() const {
    return kind == Kind::kInteger ? static_cast<double>(integer) : number;
  }
  std::string dump() const;

  Kind kind = Kind::kNull;
  int64_t integer = 0;  // also a bool, as 0 or 1
  double number = 0;
  std::string text;
  std::vector<Json> items;
  std::vector<Member> members;

 private:
  template <class F>
  static Json with(Kind kind, F&& fill) {
    Json made;
    made.kind = kind;
    fill(made);
    return made;
  }
};

namespace detail {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : rest_(text) {}
  Json all() {
    Json value = one(0);
    skip();
    if (!rest_.empty()) fail("something follows the value");
    return value;
  }

 private:
  static constexpr int kMaxDepth = 64;

  [[noreturn]] void fail(const char* what) const {
    throw std::invalid_argument("not JSON: " + std::string(what) + ", at \"" +
                                std::string(rest_.substr(0, 20)) + "\"");
  }
  void skip() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != std::string_view::npos)
      rest_.remove_prefix(1);
  }
  bool took(char c) {
    skip();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool took(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  Json one(int depth) {
    if (depth > kMaxDepth) fail("it is nested too deeply");
    skip();
    if (rest_.empty()) fail("it ends too early");
    if (took('{')) return members(depth);
    if (took('[')) return items(depth);
    if (rest_[0] == '"') return Json::of(string());
    if (took("null")) return {};
    if (took("true")) return Json::of(true);
    if (took("false")) return Json::of(false);
    return number();
  }
  Json members(int depth) {
    Json made = Json::object();
    if (took('}')) return made;
    do {
      skip();
      std::string key = string();
      if (!took(':')) fail("a colon is missing");
      made.members.emplace_back(std::move(key), one(depth + 1));
    } while (took(','));
    if (!took('}')) fail("a } is missing");
    return made;
  }
  Json items(int depth) {
    Json made;
    made.kind = Json::Kind::kList;
    if (took(']')) return made;
    do made.items.push_back(one(depth + 1));
    while (took(','));
    if (!took(']')) fail("a ] is missing");
    return made;
  }
  Json number() {
    const std::size_t size = std::min(rest_.find_first_not_of("+-0123456789.eE"), rest_.size());
    const char* const end = rest_.data() + size;
    Json made;
    made.kind = Json::Kind::kInteger;
    auto got = std::from_chars(rest_.data(), end, made.integer);
    if (got.ec != std::errc{} || got.ptr != end) {
      made.kind = Json::Kind::kNumber;
      got = std::from_chars(rest_.data(), end, made.number);
    }
    if (size == 0 || got.ec != std::errc{} || got.ptr != end) fail("no value begins like this");
    rest_.remove_prefix(size);
    return made;
  }
  std::string string() {
    if (rest_.empty() || rest_[0] != '"') fail("a string is missing");
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_[0] != '"') {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
      }
    }
    if (rest_.empty()) fail("a string does not end");
    rest_.remove_prefix(1);
    return out;
  }
  void escape(std::string& out) {
    if (rest_.empty()) fail("a string does not end");
    const char c = rest_[0];
    rest_.remove_prefix(1);
    constexpr std::string_view kFrom = "\"\\/bfnrt";
    constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (c == 'u') {
      code_point(out);
    } else if (const auto at = kFrom.find(c); at != std::string_view::npos) {
      out += kTo[at];
    } else {
      fail("an unknown escape");
    }
  }
  uint32_t four_digits() {
    uint32_t unit = 0;
    const std::string_view digits = rest_.substr(0, 4);
    const auto got = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() != 4 || got.ptr != digits.data() + 4) fail("\\u wants four digits");
    rest_.remove_prefix(4);
    return unit;
  }
  void code_point(std::string& out) {
    uint32_t point = four_digits();
    if (point >= 0xD800 && point < 0xDC00 && took("\\u"))
      point = 0x10000 + ((point - 0xD800) << 10U) + ((four_digits() - 0xDC00) & 0x3FFU);
    const auto tail = [&](uint32_t shift) {
      out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
    };
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xC0U | (point >> 6U));
      tail(0);
    } else if (point < 0x10000) {
      out += static_cast<char>(0xE0U | (point >> 12U));
      tail(6), tail(0);
    } else {
      out += static_cast<char>(0xF0U | (point >> 18U));
      tail(12), tail(6), tail(0);
    }
  }

  std::string_view rest_;
};

inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned>(c));
      out += hex;
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace detail

inline Json Json::parse(std::string_view text) { return detail::JsonParser(text).all(); }

inline const Json* Json::at(std::string_view pointer) const {
  const Json* here = this;
  while (here && !pointer.empty()) {
    if (pointer[0] != '/') return nullptr;
    pointer.remove_prefix(1);
    std::string key;
    for (; !pointer.empty() && pointer[0] != '/'; pointer.remove_prefix(1)) {
      const bool is_escaped = pointer[0] == '~' && pointer.size() > 1;
      if (is_escaped) pointer.remove_prefix(1);
      key += !is_escaped ? pointer[0] : pointer[0] == '1' ? '/' : '~';
    }
    if (here->kind == Kind::kList) {
      std::size_t i = here->items.size();
      std::from_chars(key.data(), key.data() + key.size(), i);
      here = i < here->items.size() ? &here->items[i] : nullptr;
    } else {
      here = here->find(key);
    }
  }
  return here;
}

inline std::string Json::dump() const {
  std::string out;
  const auto list = [&](char open, char close, const auto& all, const auto& print) {
    out = open;
    for (const auto& each : all) {
      if (out.size() > 1) out += ',';
      print(each);
    }
    out += close;
  };
  char digits[32];
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return integer != 0 ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(integer);
    case Kind::kNumber:
      std::snprintf(digits, sizeof digits, "%.17g", number);
      return digits;
    case Kind::kText:
      return detail::quoted(text);
    case Kind::kList:
      list('[', ']', items, [&](const Json& item) { out += item.dump(); });
      return out;
    case Kind::kObject:
      list('{', '}', members, [&](const Member& member) {
        out += detail::quoted(member.first) + ":" + member.second.dump();
      });
      return out;
  }
  return out;
}

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
