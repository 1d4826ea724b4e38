// The component on the SDK's fake host: the role over a database in the stage's own folder.
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace local_dedupe {
namespace {

using sluice::testing::Stage;

sluice_key key(const char* id, uint8_t digest) {
  sluice_key key{};
  key.scope = {"crawl", 5};
  key.id = sluice::testing::view_of(id);
  key.digest[0] = digest;
  return key;
}

TEST(LocalDedupeComponent, ClaimsAndSettlesAsTheRoleSays) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  std::vector<uint8_t> answers;
  ASSERT_TRUE(stage.claim({key("a", 1), key("b", 1)}, answers).ok());
  EXPECT_EQ(answers, std::vector<uint8_t>({SLUICE_KEY_NEW, SLUICE_KEY_NEW}));
  EXPECT_TRUE(stage.settle({key("a", 1)}, SLUICE_OK).ok());
  EXPECT_TRUE(stage.settle({key("b", 1)}, SLUICE_E_REJECT).ok());
  ASSERT_TRUE(stage.claim({key("a", 2), key("b", 1)}, answers).ok());
  EXPECT_EQ(answers, std::vector<uint8_t>({SLUICE_KEY_SAME, SLUICE_KEY_NEW}));
  EXPECT_EQ(stage.finish(), "");
}

TEST(LocalDedupeComponent, RefusesALeaseOfNothing) {
  EXPECT_EQ(Stage(R"({"lease":"0s"})").configure(),
            "/lease: must be longer than nothing, 10m for example");
}

}  // namespace
}  // namespace local_dedupe
