// Metadata: the flat typed keys of one record.
#pragma once

#include <sluice/abi/base.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::data {

// A value that owns its text.
struct MetaValue {
  uint32_t kind = SLUICE_NONE;
  int64_t i64 = 0;   // SLUICE_BOOL, SLUICE_I64, SLUICE_TIME
  double f64 = 0.0;  // SLUICE_F64
  std::string text;  // SLUICE_TEXT, SLUICE_JSON

  static MetaValue of(std::string_view text) { return {SLUICE_TEXT, 0, 0.0, std::string(text)}; }
  static std::optional<MetaValue> from(
      const sluice_value& v);  // nothing for a kind it does not know
  sluice_value view() const;
};

// A dozen keys at most in practice, so a vector searched in order beats any map. Thread-compatible.
class Metadata {
 public:
  const MetaValue* find(std::string_view key) const;
  void set(std::string_view key, MetaValue value);  // SLUICE_NONE takes the key away
  struct Entry {
    std::string key;
    MetaValue value;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace sluice::data
