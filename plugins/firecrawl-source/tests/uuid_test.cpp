#include "uuid.hpp"

#include <gtest/gtest.h>

namespace firecrawl {
namespace {

// The expected values come from Python's uuid.uuid5(uuid.NAMESPACE_URL, name).
TEST(Uuid5, AgreesWithAnotherImplementation) {
  EXPECT_EQ(uuid5_of_url("https://docs.example.test/cafe#0"),
            "4e17495c-8ad8-51a6-bc63-b280a94eb4a3");
  EXPECT_EQ(uuid5_of_url("c-1#https://e.test/a"), "28c5d2aa-fb12-583b-ae7a-c460ed02c56d");
  EXPECT_EQ(uuid5_of_url(""), "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
}

}  // namespace
}  // namespace firecrawl
