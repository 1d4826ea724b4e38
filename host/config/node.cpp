// See node.hpp.
#include "config/node.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace sluice::config {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<Scalar> parse_integer(std::string_view text, int base) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (end != text.data() + text.size() && error != std::errc::result_out_of_range) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    return end == text.data() + text.size() ? std::optional<Scalar>(TooLarge{}) : std::nullopt;
  }
  if (error != std::errc{}) return std::nullopt;
  return Scalar(value);
}

std::optional<Scalar> as_integer(std::string_view text) {
  if (text.starts_with("0x") && text.size() > 2 && text[2] != '-') {
    return parse_integer(text.substr(2), 16);
  }
  if (text.starts_with("0o") && text.size() > 2 && text[2] != '-') {
    return parse_integer(text.substr(2), 8);
  }
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  return parse_integer(text, 10);
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
std::optional<Scalar> as_number(std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  const std::size_t exponent = rest.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    std::string_view power = rest.substr(exponent + 1);
    if (!power.empty() && (power.front() == '-' || power.front() == '+')) power.remove_prefix(1);
    if (!is_digits(power)) return std::nullopt;
    rest = rest.substr(0, exponent);
  }
  const std::size_t dot = rest.find('.');
  const std::string_view whole = rest.substr(0, dot);
  const std::string_view part =
      dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  if (whole.empty() ? !is_digits(part) : !is_digits(whole)) return std::nullopt;
  if (!part.empty() && !is_digits(part)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error != std::errc{} || !std::isfinite(value)) return Scalar(TooLarge{});
  return Scalar(value);
}

// The next reference token of a JSON Pointer, unescaped; `pointer` starts with '/'.
std::string next_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::size_t end = std::min(pointer.find('/'), pointer.size());
  std::string token;
  for (std::size_t i = 0; i < end; ++i) {
    if (pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      token += pointer[++i] == '0' ? '~' : '/';
    } else {
      token += pointer[i];
    }
  }
  pointer.remove_prefix(end);
  return token;
}

const Node* child(const Node& node, const std::string& token) {
  if (node.is_map()) return node.get(token);
  if (!node.is_list() || !is_digits(token) || token.size() > 9) return nullptr;
  const std::size_t index = std::stoul(token);
  return index < node.items().size() ? node.items()[index].get() : nullptr;
}

bool is_plain_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '$' || static_cast<unsigned char>(c) >= 0xA0;
  });
}

}  // namespace

Scalar Node::typed() const { return typed_as(style_); }

Scalar Node::typed_as(Style style) const {
  if (is_null()) return nullptr;
  if (style == Style::kQuoted) return std::string_view(text_);
  const std::string_view text = text_;
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  if (const auto integer = as_integer(text)) return *integer;
  if (const auto number = as_number(text)) return *number;
  return text;
}

const Member* Node::member(std::string_view key) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.key == key; });
  return found == members_.end() ? nullptr : &*found;
}

const Node* Node::get(std::string_view key) const {
  const Member* found = member(key);
  return found == nullptr ? nullptr : found->value.get();
}

const Node* Node::find(std::string_view pointer) const {
  const Node* node = this;
  while (node != nullptr && pointer.starts_with('/')) node = child(*node, next_token(pointer));
  return pointer.empty() ? node : nullptr;
}

const Node& Node::nearest(std::string_view pointer) const {
  const Node* node = this;
  while (pointer.starts_with('/')) {
    const Node* next = child(*node, next_token(pointer));
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

void Node::set_text(std::string text, Style style) {
  text_ = std::move(text);
  style_ = style;
}

void Node::set_from_environment(std::string text) {
  template_ = std::exchange(text_, std::move(text));
  is_untyped_ = style_ == Style::kPlain;
}

Node& Node::append(std::unique_ptr<Node> item) { return *items_.emplace_back(std::move(item)); }

Node& Node::append(std::string key, Position key_at, std::unique_ptr<Node> value) {
  members_.push_back({std::move(key), key_at, std::move(value)});
  return *members_.back().value;
}

std::string path_of(std::string_view base, std::string_view key) {
  std::string out(base);
  if (!is_plain_key(key)) return out + "[" + in_quotes(key) + "]";
  if (!out.empty()) out += '.';
  return out + printable(key);
}

std::string path_of(std::string_view base, std::size_t index) {
  return std::string(base) + "[" + std::to_string(index) + "]";
}

std::string dotted_path(std::string_view base, std::string_view pointer) {
  std::string out(base);
  while (pointer.starts_with('/')) {
    const std::string token = next_token(pointer);
    if (is_digits(token) && token.size() <= 9) {
      out += "[" + token + "]";
    } else {
      out = path_of(out, token);
    }
  }
  return out;
}

std::string json_pointer(std::string_view dotted) {
  std::string out;
  bool is_start = true;
  for (const char c : dotted) {
    if (c == ']') continue;
    if (is_start || c == '.' || c == '[') out += '/';
    is_start = false;
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else if (c != '.' && c != '[') {
      out += c;
    }
  }
  return out;
}

}  // namespace sluice::config
