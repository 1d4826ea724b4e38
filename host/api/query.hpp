// What a query string asks of a list.
#pragma once

#include "net/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {

// The first value of that name, decoded; empty when there is none.
std::string text_in_query(const net::Request& request, std::string_view name);

struct Window {
  std::size_t limit = 0;
  std::size_t offset = 0;
};
// `limit` 1 to 100 [20] and `offset` [0]; nothing when either is something else.
std::optional<Window> window_in_query(const net::Request& request);
inline constexpr const char* kBadWindow =
    "limit has to be from 1 to 100, and offset a whole number";  // 422

}  // namespace sluice::api
