#include "app/terminal_table.hpp"

#include "app/terminal_text.hpp"

#include <algorithm>

namespace sluice::app {
namespace {

constexpr std::size_t kGap = 2;  // columns between cells
constexpr std::size_t kNarrowestCell = 3;

std::string padded(const std::string& text, std::size_t width, Align align) {
  const std::string cell = shortened(text, width);
  const std::string blanks(width - std::min(width, display_width(cell)), ' ');
  return align == Align::kLeft ? cell + blanks : blanks + cell;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  widths.reserve(columns_.size());
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  if (widths.empty()) return widths;
  std::size_t all = kGap * (widths.size() - 1);
  for (const std::size_t each : widths) all += each;
  while (all > width) {
    std::size_t& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= kNarrowestCell) break;
    --widest;
    --all;
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += padded(cells[i], widths[i], columns_[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string Table::text(std::size_t width) const {
  const std::vector<std::size_t> fitting = widths(width);
  std::string text;
  std::vector<std::string> titles;
  bool has_titles = false;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    has_titles = has_titles || !column.title.empty();
  }
  if (has_titles) text += line(titles, fitting);
  for (const std::vector<std::string>& row : rows_) text += line(row, fitting);
  return text;
}

std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs,
                       std::size_t width) {
  Table table({{"", Align::kLeft}, {"", Align::kLeft}});
  for (const auto& [name, value] : pairs) table.add({name, value});
  return table.text(width);
}

}  // namespace sluice::app
