// The component on the SDK's fake host: what it makes of records, and what of its settings.
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace chunker {
namespace {

using sluice::testing::Stage;

TEST(ChunkerComponent, SendsSlicesOnWithTheirHeadingsAndTokens) {
  Stage stage(R"({"max_tokens":16,"overlap_tokens":0})");
  ASSERT_EQ(stage.start(), "");
  const std::string text =
      "# Tea\n\nGreen tea is not fermented.\n\n## Water\n\nEighty degrees are enough for it.\n";
  const auto out = stage.run({{.id = "doc", .text = text}});
  ASSERT_EQ(out[0].verdict, SLUICE_OK);
  const auto& chunks = out[0].children;
  ASSERT_GT(chunks.size(), 1U);
  for (std::uint32_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].id, "doc#" + std::to_string(i));
    EXPECT_EQ(chunks[i].document_id, "doc");
    EXPECT_EQ(chunks[i].text, text.substr(chunks[i].offset, chunks[i].text.size()));
    EXPECT_LE(chunks[i].meta.at("token_count").integer(), 16);
  }
  EXPECT_EQ(chunks.back().meta.at("heading_path").text(), "Tea > Water");
  EXPECT_EQ(stage.finish(), "");
}

TEST(ChunkerComponent, LeavesOutWhatIsEmptyAndPassesDeletionsOn) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  const auto out =
      stage.run({{.id = "blank", .text = " \n "}, {.id = "gone", .op = SLUICE_DELETE}});
  EXPECT_EQ(out[0].verdict, SLUICE_DROPPED);
  EXPECT_EQ(out[1].verdict, SLUICE_OK);
  EXPECT_TRUE(out[1].children.empty());
  EXPECT_EQ(stage.finish(), "");
}

TEST(ChunkerComponent, RefusesSettingsThatDoNotFitTogether) {
  EXPECT_EQ(Stage(R"({"max_tokens":100,"overlap_tokens":50})").configure(),
            "/overlap_tokens: overlap_tokens is 50, which is not less than half of max_tokens "
            "(100); lower it or raise max_tokens");
  EXPECT_EQ(Stage(R"({"tokenizer":"wordpiece"})").configure(),
            "/vocab: tokenizer wordpiece needs the model's vocab.txt; name it with vocab");
  EXPECT_EQ(Stage(R"({"max_tokens":60,"overlap_tokens":50,"tokenizer":"wordpiece"})").configure(),
            "/overlap_tokens: overlap_tokens is 50, which is not less than half of max_tokens "
            "(60); lower it or raise max_tokens. Also vocab: tokenizer wordpiece needs the model's "
            "vocab.txt; name it with vocab");
}

}  // namespace
}  // namespace chunker
