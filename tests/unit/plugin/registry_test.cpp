// Registry: the first file of a name wins, and a name that is not there gets a helpful answer.
#include "plugin/registry.hpp"

#include "watched.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace sluice::plugin {
namespace {

struct RegistryTest : testing::Test {
  Watched watched;
  ScratchFolder first;
  ScratchFolder second;
  ScratchFolder copies;

  Registry make(std::map<std::string, std::string, std::less<>> pins = {}) {
    return Registry({{first.path(), second.path()}, std::move(pins), copies.path(), offer()},
                    watched.faults);
  }
};

TEST_F(RegistryTest, TheFirstFolderWinsAndAnImageIsLoadedOnce) {
  const auto file = first.take("good", "chunker");
  second.take("good", "chunker");
  auto registry = make();
  const auto image = registry.find("chunker");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ((*image)->path(), file);
  EXPECT_EQ(registry.find("chunker").value(), *image);
}

TEST_F(RegistryTest, AnUnknownNameListsTheFoldersAndTheNearestName) {
  second.take("good", "chunker");
  const auto image = make().find("chonker");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().fault, Fault::kConfig);
  EXPECT_EQ(image.error().message, "no plugin chonker: there is no chonker.so in " +
                                       first.path().string() + ", " + second.path().string() +
                                       "; did you mean chunker?");
  const auto far = make().find("qqqqqq");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().message, "no plugin qqqqqq: there is no qqqqqq.so in " +
                                     first.path().string() + ", " + second.path().string());
}

TEST_F(RegistryTest, APathIsNoName) {
  const auto image = make().find("./chunker.so");
  ASSERT_FALSE(image);
  EXPECT_EQ(
      image.error().message,
      "'./chunker.so' is not the name of a plugin; write the name of its file without .so, and"
      " add its folder to plugins.path");
}

TEST_F(RegistryTest, AFolderThatIsNotThereIsOnlyNamed) {
  Registry registry({{"/nonexistent/plugins"}, {}, copies.path(), offer()}, watched.faults);
  const auto image = registry.find("x");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message, "no plugin x: there is no x.so in /nonexistent/plugins");
}

TEST_F(RegistryTest, APinIsForItsName) {
  first.take("good", "chunker");
  first.take("good", "other");
  auto registry = make({{"chunker", "sha256:" + std::string(64, '0')}});
  EXPECT_FALSE(registry.find("chunker"));
  EXPECT_TRUE(registry.find("other"));
}

TEST_F(RegistryTest, ListsWhatCanBeUsedAndWhatCannot) {
  first.take("good");
  second.take("null_entry");
  std::ofstream(second.path() / "readme.txt") << "no plugin";
  auto registry = make();
  const auto list = registry.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].name, "good");
  EXPECT_TRUE(list[0].image);
  EXPECT_EQ(list[1].name, "null_entry");
  EXPECT_FALSE(list[1].image);
}

}  // namespace
}  // namespace sluice::plugin
