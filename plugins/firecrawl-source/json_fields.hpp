// The values of a JSON object that Firecrawl wrote, read leniently with simdjson's on-demand
// parser. check_json has vouched for the grammar before, so that what is skipped is known to be
// JSON.
#pragma once

#include "json_text.hpp"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace firecrawl {

namespace ondemand = simdjson::ondemand;

inline constexpr std::size_t kMaxErrorBytes = 1024;  // of an error's text

bool is_string(ondemand::value& value);

// What is between the quotes, still escaped.
std::string_view raw_string(ondemand::value& value);

// The text of a value: a string, else the first string of a list that is not empty. Pages with a
// <meta> tag twice give lists.
std::string text_of(ondemand::value& value, Nul nul = Nul::kReplace);
std::string clipped_text_of(ondemand::value& value, std::size_t limit);

std::optional<std::int64_t> number_of(ondemand::value& value);
std::optional<bool> flag_of(ondemand::value& value);

// A job id: text, or a number taken as its digits.
std::string id_of(ondemand::value& value);

// Usually text; v0 sends a serialised JavaScript Error, which is an object, at times an empty one.
std::string error_of(ondemand::value& value);

// Calls `visit(key, value)` for every member. A key that is not valid Unicode is nobody's.
template <class Visit>
void each_member(ondemand::object object, Visit visit) {
  for (ondemand::field field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) continue;
    ondemand::value value = field.value();
    visit(key, value);
  }
}

// The body with the padding that simdjson reads over: itself where that much is readable.
class PaddedBody {
 public:
  PaddedBody(std::string_view body, std::size_t readable);

  simdjson::padded_string_view view() const {
    return simdjson::padded_string_view(body_.data(), body_.size(), readable_);
  }

 private:
  std::string_view body_;
  std::size_t readable_;
  std::unique_ptr<char[]> copy_;
};

}  // namespace firecrawl
