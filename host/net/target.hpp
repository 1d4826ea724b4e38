// Taking a request's target apart: path, segments, query.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::net {

struct Target {
  std::string path;                   // as sent
  std::string query;                  // as sent, without '?'
  std::vector<std::string> segments;  // decoded; "/" has one, empty; "/a/" has two, the last empty
};

// Reads "/path?query" and "http://host/path?query". Refuses other forms, broken percent escapes,
// NUL and the segments "." and "..", which no client sends and which change what a path means.
Result<Target> parse_target(std::string_view target);

// The name=value pairs of a query string in their order, '+' and percent escapes decoded. Never
// fails: an escape that is broken stays as it is, a name without '=' has an empty value.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace sluice::net
