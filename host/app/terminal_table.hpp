// Table: rows of text in aligned columns.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {

enum class Align { kLeft, kRight };

struct Column {
  std::string title = {};
  Align align = Align::kLeft;
};

// A value. Cells are made printable when they are added.
class Table {
 public:
  // Without titles (all empty) there is no heading line.
  explicit Table(std::vector<Column> columns);

  // Missing cells are empty; surplus ones are left out.
  void add(std::vector<std::string> cells);

  // One line per row, each ending in a newline, none wider than `width` as long as there are three
  // columns for each cell: the widest columns are shortened first.
  std::string text(std::size_t width) const;

 private:
  std::vector<std::size_t> widths(std::size_t width) const;
  std::string line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Names on the left, values on the right of them.
std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs,
                       std::size_t width);

}  // namespace sluice::app
