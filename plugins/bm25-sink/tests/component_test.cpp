// The component on the SDK's fake host: chunks in, matches out, older versions trimmed.
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

namespace {

using sluice::testing::chunk_of;
using sluice::testing::Page;
using sluice::testing::Stage;

const Page kTea{.id = "tea", .text = "green tea, black tea", .meta = {{"title", "Tea"}}};
const Page kCoffee{.id = "coffee", .text = "coffee with milk", .meta = {{"title", "Coffee"}}};

TEST(Bm25SinkComponent, FindsWordsAndForgetsWhatIsDeleted) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  const auto out = stage.run({chunk_of(kTea, 0, "green tea"), chunk_of(kTea, 1, "black tea"),
                              chunk_of(kCoffee, 0, "coffee with milk")});
  for (const auto& settled : out.records) EXPECT_EQ(settled.verdict, SLUICE_OK) << settled.why;
  const auto found = stage.search("black tea");
  ASSERT_TRUE(found.answer.ok()) << found.answer.why;
  ASSERT_EQ(found.hits.size(), 1U);
  EXPECT_EQ(found.hits[0].id, "tea#1");
  EXPECT_TRUE(found.is_exact);
  stage.run({{.id = "tea", .op = SLUICE_TRIM, .chunk_count = 1}});
  EXPECT_EQ(stage.search("black").total, 0U);
  stage.run({{.id = "coffee", .op = SLUICE_DELETE}});
  EXPECT_EQ(stage.search("milk").total, 0U);
  EXPECT_TRUE(stage.flush().ok());
  EXPECT_EQ(stage.finish(), "");
}

TEST(Bm25SinkComponent, RefusesALanguageThatIsNone) {
  EXPECT_EQ(Stage(R"({"language":"klingon"})").configure(),
            "/language: \"klingon\" is not a language: write auto or a tag such as en or pt-BR");
}

}  // namespace
