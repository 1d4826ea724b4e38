#include "app/crawls_verb_text.hpp"

#include "app/client_host.hpp"
#include "app/terminal_numbers.hpp"
#include "app/terminal_table.hpp"
#include "app/terminal_text.hpp"

#include <utility>
#include <vector>

namespace sluice::app {
namespace {

// From here on a UUID, all counts and a time fit beside one another; below, 80 columns hold a UUID
// and the counts that matter most.
constexpr std::size_t kWide = 128;

// A time to index, or a dash while nothing is.
std::string time_text(const nlohmann::json& times, const char* name) {
  if (!part_at(times, name).is_number_integer()) return "-";
  return spent(std::chrono::milliseconds(count_at(times, name)));
}

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

}  // namespace

std::string crawls_text(const nlohmann::json& list, const Terminal& terminal) {
  const nlohmann::json& items = part_at(list, "items");
  if (!items.is_array() || items.empty()) return "no crawl yet\n";
  const bool is_wide = terminal.width >= kWide;
  std::vector<const char*> counts = {"received", "indexed", "failed", "pending"};
  if (is_wide) counts = {"received", "indexed", "skipped", "unchanged", "failed", "pending"};
  std::vector<Column> columns = {{"crawl"}, {"state"}};
  for (const char* name : counts) columns.push_back({name, Align::kRight});
  if (is_wide) columns.push_back({"started"});
  Table table(std::move(columns));
  for (const nlohmann::json& item : items) {
    std::vector<std::string> cells = {text_at(item, "crawl_id"), text_at(item, "state")};
    for (const char* name : counts) cells.push_back(grouped(count_at(item, name)));
    cells.push_back(text_at(item, "started_at"));
    table.add(std::move(cells));
  }
  std::string text = table.text(terminal.width);
  const std::uint64_t total = count_at(list, "total");
  if (total > items.size()) {
    const std::string shown = grouped(items.size()) + " of " + counted(total, "crawl");
    text += Paint(terminal).faint(shown + "; see more with --limit and --offset") + "\n";
  }
  return text;
}

std::string crawl_text(const nlohmann::json& item, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"crawl", text_at(item, "crawl_id")},
      {"state", text_at(item, "state")},
      {"mode", text_at(item, "mode")},
      {"source", text_at(item, "source")},
  };
  for (const char* name :
       {"received", "indexed", "skipped", "unchanged", "failed", "pending", "duplicates"}) {
    pairs.emplace_back(name, grouped(count_at(item, name)));
  }
  for (const char* moment : {"started", "closed", "done"}) {
    pairs.emplace_back(moment, or_dash(text_at(item, std::string(moment) + "_at")));
  }
  const nlohmann::json& times = part_at(item, "time_to_index_ms");
  pairs.emplace_back("time to index",
                     "p50 " + time_text(times, "p50") + ", p95 " + time_text(times, "p95"));
  std::string text = pairs_text(pairs, terminal.width);
  const nlohmann::json& warnings = part_at(item, "warnings");
  if (!warnings.is_array()) return text;
  for (const nlohmann::json& warning : warnings) {
    if (!warning.is_string()) continue;
    text +=
        Paint(terminal).warning("warning: " + printable(warning.get_ref<const std::string&>())) +
        "\n";
  }
  return text;
}

}  // namespace sluice::app
