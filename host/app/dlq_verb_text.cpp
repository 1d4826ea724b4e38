#include "app/dlq_verb_text.hpp"

#include "app/client_host.hpp"
#include "app/terminal_numbers.hpp"
#include "app/terminal_table.hpp"
#include "app/terminal_text.hpp"

#include <utility>
#include <vector>

namespace sluice::app {
namespace {

// Bytes of the page's text that `show` prints; all of it is in --output json.
constexpr std::size_t kShownText = 600;

}  // namespace

std::string dead_letters_text(const nlohmann::json& list, const Terminal& terminal) {
  const nlohmann::json& items = part_at(list, "items");
  if (!items.is_array() || items.empty()) return "no dead letter\n";
  Table table({{"id", Align::kRight}, {"stage"}, {"attempts", Align::kRight}, {"url"}, {"reason"}});
  for (const nlohmann::json& item : items) {
    table.add({std::to_string(count_at(item, "id")), text_at(item, "stage"),
               grouped(count_at(item, "attempts")), printable(text_at(item, "url")),
               printable(text_at(item, "reason"))});
  }
  std::string text = table.text(terminal.width);
  const std::uint64_t total = count_at(list, "total");
  if (total > items.size()) {
    const std::string shown = grouped(items.size()) + " of " + counted(total, "dead letter");
    text += Paint(terminal).faint(shown + "; see more with --limit and --offset") + "\n";
  }
  return text;
}

std::string dead_letter_text(const nlohmann::json& letter, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"id", std::to_string(count_at(letter, "id"))}};
  for (const char* name : {"url", "document_id", "crawl_id", "stage", "reason"}) {
    pairs.emplace_back(name, printable(text_at(letter, name)));
  }
  pairs.emplace_back("attempts", grouped(count_at(letter, "attempts")));
  pairs.emplace_back("first", text_at(letter, "first_at"));
  pairs.emplace_back("last", text_at(letter, "last_at"));
  std::string text = pairs_text(pairs, terminal.width);
  const std::string markdown = text_at(part_at(letter, "record"), "markdown");
  if (!markdown.empty()) {
    text += "\n" + printable(markdown.substr(0, kShownText)) + "\n";
    if (markdown.size() > kShownText) {
      text += Paint(terminal).faint("… the rest with --output json") + "\n";
    }
  }
  return text;
}

}  // namespace sluice::app
