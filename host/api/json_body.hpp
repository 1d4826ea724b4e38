// Reading a request's JSON body: one place that decides what is 400 and what is 422.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {

inline constexpr std::size_t kMostDepth = 64;  // of nested objects and lists; one more is refused

// Bytes that are JSON, an object, and not too deep; else what to tell the caller (400).
Result<nlohmann::json> parse_object(std::string_view body);

// Reads fields of an object and remembers the first thing that is wrong (422).
class Fields {
 public:
  explicit Fields(const nlohmann::json& object) : object_(object) {}

  // Absent or null is nothing; another type is a fault.
  std::optional<std::string> text(const char* name);
  std::optional<bool> truth(const char* name);
  std::optional<int64_t> integer(const char* name);
  struct Range {
    int64_t least;
    int64_t most;
    int64_t otherwise;
  };
  int64_t integer_in(const char* name, Range range);

  void fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }
  const std::string& fault() const { return fault_; }  // empty: all is well

 private:
  const nlohmann::json* find(const char* name) const;

  const nlohmann::json& object_;
  std::string fault_;
};

// Code points of UTF-8 text.
std::size_t code_points(std::string_view text);

// As a string for the wire: bytes that are not UTF-8 become U+FFFD, so that a page's bytes never
// make an answer that is not JSON.
std::string dump(const nlohmann::json& value);

}  // namespace sluice::api
