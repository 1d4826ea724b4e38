// Numbers and texts out of a query string.
#include "api/query.hpp"

#include "net/target.hpp"

#include <charconv>

namespace sluice::api {
namespace {

std::optional<std::size_t> number_in_query(const net::Request& request, std::string_view name,
                                           std::size_t otherwise) {
  const std::string value = text_in_query(request, name);
  if (value.empty()) return otherwise;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string text_in_query(const net::Request& request, std::string_view name) {
  for (auto& [key, value] : net::parse_query(request.query)) {
    if (key == name) return value;
  }
  return {};
}

std::optional<Window> window_in_query(const net::Request& request, Sizes sizes) {
  const auto limit = number_in_query(request, "limit", sizes.usual);
  const auto offset = number_in_query(request, "offset", 0);
  if (!limit || !offset || *limit < 1 || *limit > sizes.most) return std::nullopt;
  return Window{*limit, *offset};
}

std::string bad_window(Sizes sizes) {
  return "limit has to be from 1 to " + std::to_string(sizes.most) + ", and offset a whole number";
}

}  // namespace sluice::api
