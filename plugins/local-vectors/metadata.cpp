#include "metadata.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace local_vectors {
namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kMillisPerSecond = 1000;

std::string rfc3339(std::int64_t nanoseconds) {
  std::int64_t millis = nanoseconds / kNanosPerMilli;
  if (nanoseconds % kNanosPerMilli < 0) --millis;
  std::time_t seconds = millis / kMillisPerSecond;
  std::int64_t rest = millis % kMillisPerSecond;
  if (rest < 0) {
    rest += kMillisPerSecond;
    --seconds;
  }
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "%s.%03dZ", day.data(), static_cast<int>(rest));
  return out.data();
}

nlohmann::json to_json(const sluice_value& value) {
  switch (value.kind) {
    case SLUICE_BOOL:
      return value.as.i64 != 0;
    case SLUICE_I64:
      return value.as.i64;
    case SLUICE_F64:
      return value.as.f64;
    case SLUICE_TEXT:
      return sluice::to_cpp(value.as.str);
    case SLUICE_TIME:
      return rfc3339(value.as.i64);
    case SLUICE_JSON: {
      const std::string_view text = sluice::to_cpp(value.as.str);
      auto parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
      if (parsed.is_discarded()) return text;
      return parsed;
    }
    default:
      return nullptr;  // a kind of a later ABI: as if it were absent
  }
}

}  // namespace

std::string metadata_json(const sluice::Record& record) {
  auto all = nlohmann::json::object();
  record.each_meta([&](std::string_view key, const sluice_value& value) {
    auto json = to_json(value);
    if (!json.is_null()) all[std::string(key)] = std::move(json);
  });
  // Pages hold broken UTF-8; it must not cost the page.
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

AttributeViews attributes_of(const sluice::Record& record) {
  AttributeViews views;
  for (std::size_t i = 0; i < kAttributes; ++i) views[i] = record.meta_text(kAttributeNames[i]);
  if (const auto is_mobile = record.meta(kAttributeNames[kIsMobile]);
      is_mobile && is_mobile->kind == SLUICE_BOOL)
    views[kIsMobile] = is_mobile->as.i64 != 0 ? "true" : "false";
  return views;
}

}  // namespace local_vectors
