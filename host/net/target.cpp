// Percent escapes, paths and query strings.
#include "net/target.hpp"

#include "net/message.hpp"

#include <algorithm>
#include <optional>

namespace sluice::net {

namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// The byte that the escape at `at` stands for; none when it is not a whole escape.
std::optional<char> escaped_byte(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return std::nullopt;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

// None when the segment must be refused.
std::optional<std::string> decode_segment(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char byte = text[at];
    if (byte == '%') {
      const auto escaped = escaped_byte(text, at);
      if (!escaped) return std::nullopt;
      byte = *escaped;
      at += 2;
    }
    if (byte == '\0') return std::nullopt;
    decoded.push_back(byte);
  }
  if (decoded == "." || decoded == "..") return std::nullopt;
  return decoded;
}

std::string decode_form(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto escaped = text[at] == '%' ? escaped_byte(text, at) : std::nullopt;
    if (escaped) {
      decoded.push_back(*escaped);
      at += 2;
    } else {
      decoded.push_back(text[at] == '+' ? ' ' : text[at]);
    }
  }
  return decoded;
}

// "http://host/path" without its first part, as a proxy would have sent it; an empty path is "/".
std::string_view without_origin(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  const std::string_view whole = target;
  target = without_origin(target);
  const bool has_origin = target.data() != whole.data();
  Target parsed;
  const auto question = target.find('?');
  if (question != std::string_view::npos) parsed.query = target.substr(question + 1);
  parsed.path = target.substr(0, question);
  if (has_origin && parsed.path.empty()) parsed.path = "/";
  if (parsed.path.empty() || parsed.path.front() != '/') {
    return Error{Fault::kInvalid,
                 "The request's target is not a path; it must begin with a slash."};
  }
  std::string_view rest = std::string_view(parsed.path).substr(1);
  for (;;) {
    const auto slash = rest.find('/');
    auto segment = decode_segment(rest.substr(0, slash));
    if (!segment) {
      return Error{Fault::kInvalid,
                   "The request's path has a broken percent escape, a NUL or a dot segment; send a "
                   "plain path."};
    }
    parsed.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  return parsed;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const auto pair = query.substr(0, ampersand);
    if (!pair.empty()) {
      const auto equals = pair.find('=');
      const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
      pairs.emplace_back(decode_form(pair.substr(0, equals)), decode_form(value));
    }
    if (ampersand == std::string_view::npos) break;
    query.remove_prefix(ampersand + 1);
  }
  return pairs;
}

}  // namespace sluice::net
