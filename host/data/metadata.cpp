// Conversions between the ABI's views and values that own their text.
#include "data/metadata.hpp"

#include <algorithm>
#include <utility>

namespace sluice::data {

std::optional<MetaValue> MetaValue::from(const sluice_value& v) {
  switch (v.kind) {
    case SLUICE_NONE:
      return MetaValue{};
    case SLUICE_BOOL:
      return MetaValue{v.kind, v.as.i64 != 0 ? 1 : 0, 0.0, {}};
    case SLUICE_I64:
    case SLUICE_TIME:
      return MetaValue{v.kind, v.as.i64, 0.0, {}};
    case SLUICE_F64:
      return MetaValue{v.kind, 0, v.as.f64, {}};
    case SLUICE_TEXT:
    case SLUICE_JSON:
      return MetaValue{
          v.kind, 0, 0.0,
          v.as.str.size == 0 ? std::string() : std::string(v.as.str.data, v.as.str.size)};
    default:
      return std::nullopt;
  }
}

sluice_value MetaValue::view() const {
  sluice_value v{};
  v.kind = kind;
  if (kind == SLUICE_F64) {
    v.as.f64 = f64;
  } else if (kind == SLUICE_TEXT || kind == SLUICE_JSON) {
    v.as.str = {text.data(), text.size()};
  } else {
    v.as.i64 = i64;
  }
  return v;
}

const MetaValue* Metadata::find(std::string_view key) const {
  const auto it =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return it == entries_.end() ? nullptr : &it->value;
}

void Metadata::set(std::string_view key, MetaValue value) {
  const auto it =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  if (value.kind == SLUICE_NONE) {
    if (it != entries_.end()) entries_.erase(it);
  } else if (it != entries_.end()) {
    it->value = std::move(value);
  } else {
    entries_.push_back({std::string(key), std::move(value)});
  }
}

}  // namespace sluice::data
