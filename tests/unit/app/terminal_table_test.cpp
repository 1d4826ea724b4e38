#include "app/terminal_table.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

TEST(Table, AlignsByColumnsOnTheScreen) {
  Table table({{"name"}, {"pages", Align::kRight}});
  table.add({"日本", "7"});
  table.add({"plain", "1,024"});
  EXPECT_EQ(table.text(80),
            "name   pages\n"
            "日本       7\n"
            "plain  1,024\n");
}

TEST(Table, ShortensTheWidestColumnFirst) {
  Table table({{"id"}, {"text"}});
  table.add({"42", "a long explanation"});
  EXPECT_EQ(table.text(12), "id  text\n42  a long…\n");
}

TEST(Table, KeepsItsShapeWhateverIsInACell) {
  Table table({{"a"}, {"b"}});
  table.add({"two\nlines", "\x1b[2J"});
  table.add({"alone"});
  table.add({"x", "y", "surplus"});
  EXPECT_EQ(table.text(80), "a          b\ntwo lines  [2J\nalone\nx          y\n");
}

TEST(Table, PairsHaveNoHeading) {
  EXPECT_EQ(pairs_text({{"sent", "3"}, {"crawl id", "x"}}, 80), "sent      3\ncrawl id  x\n");
}

}  // namespace
}  // namespace sluice::app
