#include "app/search_verb_text.hpp"

#include "app/client_host.hpp"
#include "app/terminal_numbers.hpp"
#include "app/terminal_text.hpp"

#include <algorithm>

namespace sluice::app {
namespace {

constexpr std::size_t kIndent = 4;  // columns for the rank
constexpr std::size_t kSnippetLines = 3;
constexpr std::size_t kWidestText = 100;  // longer lines are hard to read

// One result over several lines, each ending in a newline.
std::string result_text(const nlohmann::json& result, std::uint64_t rank,
                        const Terminal& terminal) {
  const Paint paint(terminal);
  const std::string indent(kIndent, ' ');
  const std::size_t width = std::min(terminal.width, kWidestText);
  const std::size_t room = width > kIndent ? width - kIndent : 1;

  const std::string score = fixed(number_at(result, "score"), 4);
  const std::string url = printable(text_at(result, "url"));
  std::string title = text_at(result, "title");
  if (title.empty()) title = url;
  title = shortened(title, room > score.size() + 2 ? room - score.size() - 2 : 1);
  std::string number = std::to_string(rank) + ".";
  number.resize(std::max(number.size() + 1, kIndent), ' ');

  std::string text = number + paint.strong(title) + "  " + paint.faint(score) + "\n";
  text += indent + paint.link(url) + "\n";
  std::string snippet = text_at(result, "snippet");
  if (snippet.empty()) snippet = text_at(result, "text");
  for (const std::string& line : wrapped(snippet, room, kSnippetLines))
    text += indent + line + "\n";
  return text;
}

std::string total_text(const nlohmann::json& answer, std::size_t shown, std::uint64_t offset) {
  const std::uint64_t total = count_at(answer, "total");
  const bool is_least = text_at(answer, "total_relation") == "gte";
  std::string text = is_least ? "at least " : "";
  text += counted(total, "document") + (total == 1 ? " matches" : " match");
  const std::string mode = printable(text_at(answer, "mode"));
  if (!mode.empty()) text += " (" + mode + ")";
  if (shown > 0 && (offset > 0 || shown < total)) {
    text += "; shown are " + grouped(offset + 1) + " to " + grouped(offset + shown);
  }
  return text;
}

// Which providers are missing from the answer, and why; empty: none.
std::string missing_text(const nlohmann::json& answer) {
  std::string text;
  const nlohmann::json& partial = part_at(answer, "partial");
  if (!partial.is_array()) return text;
  for (const nlohmann::json& name : partial) {
    if (!name.is_string()) continue;
    const auto& provider = name.get_ref<const std::string&>();
    const std::string reason = text_at(part_at(answer, "partial_reasons"), provider);
    text += (text.empty() ? "" : ", ") + printable(provider);
    text += reason == "late"     ? " did not answer in time"
            : reason == "failed" ? " failed"
                                 : " is missing";
  }
  return text;
}

}  // namespace

std::string search_text(const nlohmann::json& answer, std::uint64_t offset,
                        const Terminal& terminal) {
  const Paint paint(terminal);
  std::string text;
  std::size_t shown = 0;
  const nlohmann::json& results = part_at(answer, "results");
  if (results.is_array()) {
    for (const nlohmann::json& result : results) {
      ++shown;
      text += result_text(result, offset + shown, terminal) + "\n";
    }
  }
  text += paint.faint(total_text(answer, shown, offset)) + "\n";
  const std::string missing = missing_text(answer);
  if (!missing.empty()) text += paint.warning("incomplete: " + missing) + "\n";
  return text;
}

}  // namespace sluice::app
