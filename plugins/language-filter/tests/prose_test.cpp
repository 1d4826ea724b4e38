// What is left of a page when code and addresses are gone.
#include "prose.hpp"

#include <gtest/gtest.h>

#include <string>

namespace language_filter {
namespace {

constexpr std::size_t kMost = 1 << 14;

TEST(Prose, LeavesCodeOut) {
  EXPECT_EQ(prose_of("One.\n```cpp\nint x;\n```\nTwo.\n", kMost), "One. \nTwo. \n");
  EXPECT_EQ(prose_of("~~~\nnever closed", kMost), "");
}

TEST(Prose, LeavesAddressesOut) {
  EXPECT_EQ(prose_of("See https://e.test/a and www.e.test now", kMost), "See and now \n");
  EXPECT_EQ(prose_of("A [link](/to/somewhere) here", kMost), "A [link] here \n");
  EXPECT_EQ(prose_of("Not [a](link", kMost), "Not [a](link \n");
}

TEST(Prose, EndsBetweenCodePoints) {
  EXPECT_EQ(prose_of("aä", 2), "a \n");
  EXPECT_EQ(prose_of("aä", 3), "aä \n");
  EXPECT_EQ(prose_of(std::string(100'000, 'x'), 10), "xxxxxxxxxx \n");
}

}  // namespace
}  // namespace language_filter
