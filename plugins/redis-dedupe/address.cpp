#include "address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace redis_dedupe {
namespace {

constexpr std::string_view kForm =
    "write redis://[user:password@]host[:port][/database] or unix:///path[?db=database]";

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(1, 2);
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (fault != std::errc{} || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return out;
}

// Takes "user:password@" off the front of `rest`.
bool read_user(std::string_view& rest, Address& address) {
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  if (at == std::string_view::npos) return true;
  const std::string_view who = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const std::size_t colon = who.find(':');
  const auto user = decoded(who.substr(0, colon));
  const auto password = decoded(colon == std::string_view::npos ? "" : who.substr(colon + 1));
  if (!user || !password) return false;
  address.user = *user;
  address.password = *password;
  return !address.password.empty() || address.user.empty();
}

bool read_database(std::string_view text, Address& address) {
  if (text.empty()) return true;
  const auto database = number_in<int>(text);
  if (!database || *database < 0) return false;
  address.database = *database;
  return true;
}

bool read_host(std::string_view text, Address& address) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t bracket = is_bracketed ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t colon = text.find(':', bracket);
  const std::string_view host = is_bracketed ? text.substr(1, bracket - 1) : text.substr(0, colon);
  const bool is_odd = is_bracketed && text.size() > bracket + 1 && colon != bracket + 1;
  if (is_odd || host.find_first_of(" \t?#") != std::string_view::npos) return false;
  if (!host.empty()) address.host = host;
  if (colon == std::string_view::npos) return true;
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1));
  if (!port || *port == 0) return false;
  address.port = *port;
  return true;
}

std::variant<Address, std::string> parse_network(std::string_view rest) {
  Address address;
  if (!read_user(rest, address)) {
    return "has a user without a password, or a % that is not followed by two hex digits; " +
           std::string(kForm);
  }
  const std::size_t slash = rest.find('/');
  if (!read_host(rest.substr(0, slash), address)) {
    return "has a host or port that cannot be one; " + std::string(kForm);
  }
  if (slash != std::string_view::npos && !read_database(rest.substr(slash + 1), address)) {
    return "has a database that is not a number; " + std::string(kForm);
  }
  return address;
}

std::variant<Address, std::string> parse_socket(std::string_view rest) {
  constexpr std::string_view kDatabase = "db=";
  Address address;
  if (!read_user(rest, address)) {
    return "has a user without a password, or a % that is not followed by two hex digits; " +
           std::string(kForm);
  }
  const std::size_t mark = rest.find('?');
  const auto path = decoded(rest.substr(0, mark));
  if (!path || !path->starts_with('/')) {
    return "has a socket path that is not absolute; " + std::string(kForm);
  }
  address.socket = *path;
  if (mark == std::string_view::npos) return address;
  const std::string_view query = rest.substr(mark + 1);
  if (!query.starts_with(kDatabase) || query.size() == kDatabase.size() ||
      !read_database(query.substr(kDatabase.size()), address)) {
    return "has a database that is not a number; " + std::string(kForm);
  }
  return address;
}

}  // namespace

std::string Address::label() const {
  if (!socket.empty()) return socket;
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::variant<Address, std::string> parse_url(std::string_view url) {
  constexpr std::string_view kEnd = "://";
  const std::size_t end = url.find(kEnd);
  std::string scheme(url.substr(0, end));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  if (end == std::string_view::npos) return "is not a URL; " + std::string(kForm);
  const std::string_view rest = url.substr(end + kEnd.size());
  if (scheme == "redis") return parse_network(rest);
  if (scheme == "unix") return parse_socket(rest);
  if (scheme == "rediss") {
    return "asks for TLS, which the Redis client library of this build (hiredis before 1.0) does "
           "not have; use redis:// through a TLS tunnel such as stunnel, or a unix socket";
  }
  return "has an unknown scheme; " + std::string(kForm);
}

}  // namespace redis_dedupe
