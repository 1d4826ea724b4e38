// The component on the SDK's fake host: chunks in, the nearest out, older versions trimmed.
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace local_vectors {
namespace {

using sluice::testing::chunk_of;
using sluice::testing::Page;
using sluice::testing::Stage;

Page chunk(const std::string& document, uint32_t ordinal, std::vector<float> vector) {
  Page made =
      chunk_of({.id = document, .text = "text", .meta = {{"language", "en"}}}, ordinal, "text");
  made.vectors["dense"] = std::move(vector);
  return made;
}

TEST(LocalVectorsComponent, FindsTheNearestDocument) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  for (const auto& settled :
       stage.run({chunk("a", 0, {1, 0}), chunk("b", 0, {0, 1}), chunk("b", 1, {1, 1})}).records)
    EXPECT_EQ(settled.verdict, SLUICE_OK) << settled.why;
  EXPECT_TRUE(stage.flush().ok());
  const auto found = stage.search("", {1, 0}, 2);
  ASSERT_TRUE(found.answer.ok()) << found.answer.why;
  ASSERT_EQ(found.hits.size(), 2U);
  EXPECT_EQ(found.hits[0].document_id, "a");
  EXPECT_EQ(found.hits[1].id, "b#1");
  EXPECT_EQ(stage.search("", {1, 0}, 2, R"({"language":"fr"})").hits.size(), 0U);
  EXPECT_TRUE(stage.flush().ok());  // with a reader that has read
  EXPECT_EQ(stage.search("", {1, 0}, 2).hits.size(), 2U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(LocalVectorsComponent, ForgetsWhatIsTrimmedOrDeleted) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  stage.run({chunk("a", 0, {1, 0}), chunk("a", 1, {1, 0}), chunk("b", 0, {1, 0})});
  stage.run({{.id = "a", .op = SLUICE_TRIM, .chunk_count = 1}, {.id = "b", .op = SLUICE_DELETE}});
  sluice_search_stats counts{};
  counts.struct_size = sizeof counts;
  stage.role<sluice_search>(SLUICE_ROLE_SEARCH)->stats(stage.raw(), &counts, nullptr);
  EXPECT_EQ(counts.documents, 1U);
  EXPECT_EQ(counts.chunks, 1U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(LocalVectorsComponent, RejectsARecordWithoutAVector) {
  Stage stage;
  ASSERT_EQ(stage.start(), "");
  const auto out = stage.run({{.id = "a", .text = "text"}});
  EXPECT_EQ(out[0].verdict, SLUICE_E_REJECT);
  EXPECT_FALSE(out[0].why.empty());
  EXPECT_EQ(stage.finish(), "");
}

}  // namespace
}  // namespace local_vectors
