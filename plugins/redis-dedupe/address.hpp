// Where a Redis is and as whom to speak to it, read from the `url` setting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace redis_dedupe {

struct Address {
  std::string host = "localhost";
  std::uint16_t port = 6379;
  std::string socket;    // a path; then host and port say nothing
  std::string user;      // empty: the default user
  std::string password;  // empty: none
  int database = 0;

  // "localhost:6379", or the path of the socket: for messages, without user and password.
  std::string label() const;
};

// redis://[user:password@]host[:port][/database] or unix://[user:password@]/path[?db=database],
// with %XX in user, password and path. Otherwise a sentence about what is wrong, which never holds
// any part of the URL: it may have a password.
std::variant<Address, std::string> parse_url(std::string_view url);

}  // namespace redis_dedupe
