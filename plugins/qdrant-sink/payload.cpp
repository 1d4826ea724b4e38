#include "payload.hpp"

#include "common/filter/matching.hpp"
#include "common/json/json_writer.hpp"

#include <utility>

namespace qdrant_sink {

void append_language_ranges(std::string& members, std::string_view language) {
  if (language.empty()) return;
  if (!members.empty()) members += ',';
  plugin_common::append_text(members, kLanguageRanges);
  members += ":[";
  bool is_first = true;
  for (const std::string& range : plugin_common::language_ranges(language)) {
    if (!std::exchange(is_first, false)) members += ',';
    plugin_common::append_text(members, range);
  }
  members += ']';
}

}  // namespace qdrant_sink
