#include "index/postings.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "index/hash.hpp"
#include "index/hash_table.hpp"

namespace bm25 {
namespace {

using List = std::vector<std::pair<Slot, std::uint32_t>>;

List read(const Postings& postings) {
  List out;
  for (PostingCursor at(postings); at.slot() != PostingCursor::kEnd; at.next()) {
    out.emplace_back(at.slot(), at.count());
  }
  return out;
}

TEST(Postings, GiveBackWhatWasAppended) {
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random);
  };
  for (const std::uint32_t largest_gap : {1U, 100U, 100'000U}) {
    Arena arena;
    Postings postings;
    List expected;
    Slot slot = 0;
    for (int i = 0; i < 5'000; ++i) {
      slot += below(largest_gap) + 1;
      const std::uint32_t count = below(4) == 0 ? below(100'000) + 1 : 1;
      postings.append(arena, slot, count);
      expected.emplace_back(slot, count);
    }
    EXPECT_EQ(read(postings), expected);
    EXPECT_EQ(postings.size(), expected.size());
    postings.release(arena);
  }
}

TEST(Postings, HoldTheFirstAndTheLargestSlot) {
  Arena arena;
  Postings postings;
  postings.append(arena, 0, 1);
  postings.append(arena, 0xFFFFFFFE, 0xFFFFFFFF);
  EXPECT_EQ(read(postings), (List{{0, 1}, {0xFFFFFFFE, 0xFFFFFFFF}}));
  postings.release(arena);
}

TEST(Postings, TakeNoMoreThanTheyNeedInAnotherArena) {
  Arena arena;
  std::vector<Postings> lists(3'000);
  for (Slot slot = 0; slot < 200; ++slot) {
    for (Postings& list : lists) list.append(arena, slot, 1);
  }
  Arena tight;
  std::size_t bytes = 0;
  for (Postings& list : lists) {
    const List before = read(list);
    list.move(arena, tight);
    EXPECT_EQ(read(list), before);
    bytes += list.byte_size();
  }
  EXPECT_LT(tight.reserved_bytes(), bytes + bytes / 8 + 256UL * 1024);
  for (Postings& list : lists) {
    list.append(tight, 1'000, 7);
    EXPECT_EQ(read(list).back(), (List::value_type{1'000, 7}));
    list.release(tight);
  }
}

TEST(Postings, WithRoomKeepIt) {
  Arena arena;
  Postings postings;
  postings.append(arena, 3, 2);
  postings.reserve(arena, 20'000);
  const std::size_t reserved = arena.reserved_bytes();
  const std::uint8_t* begin = postings.begin();
  for (Slot slot = 4; slot < 10'000; ++slot) postings.append(arena, slot, 1);
  EXPECT_EQ(postings.begin(), begin);
  EXPECT_EQ(arena.reserved_bytes(), reserved);
  EXPECT_EQ(read(postings).front(), (List::value_type{3, 2}));
  postings.release(arena);
}

TEST(Arena, UsesTheBlocksOfOneItAbsorbed) {
  Arena arena;
  Arena other;
  const std::uint8_t size_class = Arena::class_for(100);
  std::uint8_t* mine = arena.allocate(size_class);
  std::uint8_t* theirs = other.allocate(size_class);
  std::uint8_t* freed = other.allocate(size_class);
  other.release(freed, size_class);
  arena.release(mine, size_class);
  const std::size_t reserved = arena.reserved_bytes() + other.reserved_bytes();
  arena.absorb(other);
  EXPECT_EQ(arena.reserved_bytes(), reserved);
  EXPECT_EQ(other.reserved_bytes(), 0U);
  arena.release(theirs, size_class);
  std::vector<std::uint8_t*> again;
  for (int i = 0; i < 3; ++i) again.push_back(arena.allocate(size_class));
  EXPECT_EQ(again, (std::vector{theirs, freed, mine}));
  other.release(other.allocate(size_class), size_class);  // as good as new
}

TEST(Arena, UsesReleasedBlocksAgain) {
  Arena arena;
  const std::uint8_t size_class = Arena::class_for(100);
  std::uint8_t* block = arena.allocate(size_class);
  const std::size_t reserved = arena.reserved_bytes();
  arena.release(block, size_class);
  EXPECT_EQ(arena.allocate(size_class), block);
  EXPECT_EQ(arena.reserved_bytes(), reserved);
}

TEST(Arena, HasClassesCloseToWhatIsAsked) {
  for (std::size_t bytes = 1; bytes < 1'000'000; bytes += bytes / 7 + 1) {
    const std::size_t got = Arena::capacity(Arena::class_for(bytes));
    EXPECT_GE(got, bytes);
    EXPECT_LE(got, bytes + bytes / 4 + 8);
    EXPECT_EQ(got % 8, 0U);
  }
}

TEST(HashTable, FindsWhatIsInIt) {
  HashTable table;
  std::unordered_map<std::string, std::uint32_t> expected;
  std::vector<std::string> names(3'000);
  for (std::uint32_t i = 0; i < names.size(); ++i) names[i] = "name" + std::to_string(i);
  std::mt19937 random(7);
  for (int step = 0; step < 60'000; ++step) {
    const auto value = static_cast<std::uint32_t>(random() % names.size());
    const std::string& name = names[value];
    const std::uint64_t hash = hash_bytes(name);
    if (expected.erase(name) > 0) {
      table.erase(hash, value);
    } else {
      expected.emplace(name, value);
      table.insert(hash, value);
    }
  }
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const auto found = table.find(hash_bytes(names[i]),
                                  [&](std::uint32_t value) { return names[value] == names[i]; });
    EXPECT_EQ(found.has_value(), expected.contains(names[i]));
  }
}

}  // namespace
}  // namespace bm25
