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
// How many items a list gives.
struct Sizes {
  std::size_t most;
  std::size_t usual;  // where nobody asks for a number
};
inline constexpr Sizes kItems{100, 20};
inline constexpr Sizes kVersions{100, 10};        // of a page
inline constexpr Sizes kPagesOfCrawl{1000, 100};  // as the server before this one has it

// `limit` from 1 on and `offset` [0]; nothing when either is something else.
std::optional<Window> window_in_query(const net::Request& request, Sizes sizes = kItems);
std::string bad_window(Sizes sizes = kItems);  // what to say then, with 422

}  // namespace sluice::api
