#include "attributes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace local_vectors {
namespace {

// The value as the attribute would be stored; nothing when it can be no value of it.
std::optional<std::string> stored_form(std::size_t attribute, const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (attribute == kIsMobile && value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return std::nullopt;
}

}  // namespace

bool Filter::is_empty() const {
  return std::none_of(any_of.begin(), any_of.end(),
                      [](const auto& values) { return values.has_value(); });
}

std::variant<Filter, std::string> parse_filter(std::string_view json) {
  Filter filter;
  if (json.empty()) return filter;
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return "The filter is not a JSON object.";
  for (const auto& [name, wanted] : parsed.items()) {
    const auto known = std::find(kAttributeNames.begin(), kAttributeNames.end(), name);
    if (known == kAttributeNames.end())
      return "The filter names a field that cannot be filtered by; use domain, language, country, "
             "is_mobile or crawl_id.";
    if (wanted.is_null()) continue;
    const auto attribute = static_cast<std::size_t>(known - kAttributeNames.begin());
    auto& values = filter.any_of[attribute].emplace();
    const auto list = wanted.is_array() ? wanted : nlohmann::json::array({wanted});
    for (const auto& item : list) {
      auto value = stored_form(attribute, item);
      if (!value)
        return "The filter value of '" + name + "' is neither a text nor a list of texts.";
      values.push_back(std::move(*value));
    }
  }
  return filter;
}

}  // namespace local_vectors
