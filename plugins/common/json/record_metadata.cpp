#include "common/json/record_metadata.hpp"

#include "common/json/json_writer.hpp"

#include <simdjson.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <new>
#include <string_view>

namespace plugin_common {
namespace {

std::string rfc3339(std::int64_t nanoseconds) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::nanoseconds> at{std::chrono::nanoseconds(nanoseconds)};
  const auto day = floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(floor<std::chrono::milliseconds>(at - day));
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return out.data();
}

// What says that it is JSON and is not, is a text.
void append_json(std::string& out, std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  const auto parsed = parser.parse(text.data(), text.size()).get(value);
  if (parsed == simdjson::MEMALLOC) throw std::bad_alloc{};
  if (parsed == simdjson::SUCCESS) {
    out += simdjson::minify(value);
  } else {
    append_text(out, text);
  }
}

// False for a kind of a later ABI: as if it were absent.
bool append_value(std::string& out, const sluice_value& value) {
  switch (value.kind) {
    case SLUICE_BOOL:
      out += value.as.i64 != 0 ? "true" : "false";
      return true;
    case SLUICE_I64:
      append_integer(out, value.as.i64);
      return true;
    case SLUICE_F64:
      append_number(out, value.as.f64);
      return true;
    case SLUICE_TEXT:
      append_text(out, sluice::to_cpp(value.as.str));
      return true;
    case SLUICE_TIME:
      append_text(out, rfc3339(value.as.i64));
      return true;
    case SLUICE_JSON:
      append_json(out, sluice::to_cpp(value.as.str));
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string metadata_members(const sluice::Record& record,
                             bool (*is_left_out)(std::string_view name)) {
  std::string out;
  record.each_meta([&](std::string_view key, const sluice_value& value) {
    if (is_left_out(key)) return;
    const std::size_t before = out.size();
    if (before > 0) out += ',';
    append_text(out, key);
    out += ':';
    if (!append_value(out, value)) out.resize(before);
  });
  return out;
}

std::string metadata_object(const sluice::Record& record) {
  return '{' + metadata_members(record) + '}';
}

}  // namespace plugin_common
