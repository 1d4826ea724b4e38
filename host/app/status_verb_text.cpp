#include "app/status_verb_text.hpp"

#include "app/client_host.hpp"
#include "app/terminal_numbers.hpp"
#include "app/terminal_table.hpp"
#include "app/terminal_text.hpp"

namespace sluice::app {
namespace {

std::string table_of(const nlohmann::json& stages, std::size_t width) {
  Table table({{"stage"},
               {"plugin"},
               {"depth", Align::kRight},
               {"in flight", Align::kRight},
               {"rate", Align::kRight},
               {"health"}});
  for (const nlohmann::json& stage : stages) {
    table.add({text_at(stage, "name"), text_at(stage, "plugin"), grouped(count_at(stage, "depth")),
               grouped(count_at(stage, "in_flight")),
               per_second(number_at(stage, "records_per_second")), text_at(stage, "health")});
  }
  return table.text(width);
}

}  // namespace

std::string status_text(const HostState& state, const Terminal& terminal) {
  const Paint paint(terminal);
  const std::string health = printable(text_at(state.health, "status"));
  std::string text = paint.strong(printable(text_at(state.pipeline, "name"))) + "  " +
                     printable(text_at(state.pipeline, "mode")) + "  " +
                     (health == "healthy" ? paint.good(health) : paint.warning(health)) + "\n\n";
  const nlohmann::json& stages = part_at(state.pipeline, "stages");
  if (stages.is_array()) {
    text += table_of(stages, terminal.width);
    for (const nlohmann::json& stage : stages) {
      const std::string reason = text_at(stage, "reason");
      if (reason.empty()) continue;
      text += paint.warning(printable(text_at(stage, "name")) + ": " + printable(reason)) + "\n";
    }
  }
  text += "\n" + counted(count_at(state.stats, "total_documents"), "document") + ", " +
          counted(count_at(state.stats, "total_chunks"), "chunk") + " indexed\n";
  return text;
}

}  // namespace sluice::app
