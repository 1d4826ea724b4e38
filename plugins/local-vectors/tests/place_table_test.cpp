// PlaceTable: against a map, through random insertions and removals.
#include "place_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace local_vectors {
namespace {

TEST(PlaceTableTest, FindsNothingWhileItIsEmpty) {
  const PlaceTable table;
  EXPECT_EQ(table.find(1, [](std::uint32_t) { return 1; }), PlaceTable::kNone);
}

TEST(PlaceTableTest, AgreesWithAMap) {
  std::mt19937 random(7);
  std::vector<std::int64_t> numbers;  // by place
  std::map<std::int64_t, std::uint32_t> expected;
  PlaceTable table;
  const auto number_of = [&](std::uint32_t place) { return numbers[place]; };
  for (int step = 0; step < 20'000; ++step) {
    // Numbers that come one after the other, and some that are far apart.
    std::int64_t number = random() % 3'000;
    if (random() % 4 == 0) number *= std::int64_t{1} << 40;
    const auto at = expected.find(number);
    const std::uint32_t found = table.find(number, number_of);
    ASSERT_EQ(found, at == expected.end() ? PlaceTable::kNone : at->second);
    if (found == PlaceTable::kNone) {
      const auto place = static_cast<std::uint32_t>(numbers.size());
      numbers.push_back(number);
      table.make_room(number_of);
      table.insert(place, number_of);
      expected.emplace(number, place);
    } else {
      table.erase(found, number_of);
      expected.erase(at);
    }
  }
  for (const auto& [number, place] : expected) EXPECT_EQ(table.find(number, number_of), place);
}

}  // namespace
}  // namespace local_vectors
