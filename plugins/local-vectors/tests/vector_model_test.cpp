// VectorIndex against a naive search in floats, through random changes and restarts.
#include "vector_index.hpp"

#include "sample.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace local_vectors {
namespace {

constexpr std::array<const char*, 4> kLanguages = {"", "en", "de", "zh"};
constexpr std::array<const char*, 3> kDomains = {"a.org", "b.org", "c.org"};

struct Chunk {
  std::vector<float> vector;
  std::string language;
  std::string domain;
};

struct Expected {
  std::string document;
  double score = 0;
};

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

bool passes(const std::optional<std::vector<std::string>>& any_of, const std::string& value) {
  return !any_of ||
         (!value.empty() && std::find(any_of->begin(), any_of->end(), value) != any_of->end());
}

// The index and the naive one, changed alike and compared.
class Pair {
 public:
  Pair(unsigned seed, std::size_t dimension, DotRows dot_rows)
      : random_(seed), dimension_(dimension), dot_rows_(dot_rows) {
    for (int i = 0; i < 5; ++i) centres_.push_back(random_vector(random_, dimension));
    reopen();
  }

  void reopen() {
    index_.reset();
    index_ = std::make_unique<VectorIndex>(
        IndexSettings{.file = scratch_ / "vectors.sqlite", .dot_rows = dot_rows_});
  }

  void change_some() {
    std::vector<std::string> ids;
    std::vector<Chunk> chunks;
    std::vector<Change> changes;
    const std::size_t count = 1 + pick(60);
    ids.reserve(count);
    chunks.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& id = ids.emplace_back("doc " + std::to_string(pick(400)));
      const auto ordinal = static_cast<std::uint32_t>(pick(6));
      if (pick(8) == 0) {
        changes.push_back(remove_from(id, ordinal));
        auto& document = model_[id];
        document.erase(document.lower_bound(ordinal), document.end());
        if (document.empty()) model_.erase(id);
        continue;
      }
      const Chunk& chunk = chunks.emplace_back(a_chunk());
      Change change = put(id, ordinal, chunk.vector);
      change.attributes[0] = chunk.domain;
      change.attributes[1] = chunk.language;
      changes.push_back(change);
      model_[id][ordinal] = chunk;
    }
    for (const Verdict& verdict : index_->apply(changes))
      ASSERT_EQ(verdict.kind, Verdict::Kind::kDone) << verdict.sentence;
    std::uint64_t chunks_expected = 0;
    for (const auto& [id, document] : model_) chunks_expected += document.size();
    ASSERT_EQ(index_->chunks(), chunks_expected);
    ASSERT_EQ(index_->documents(), model_.size());
  }

  void compare() {
    const std::vector<float> query = near(random_, centres_[pick(centres_.size())], 1);
    Filter filter;
    if (pick(2) == 0) filter.any_of[1] = {kLanguages[1 + pick(3)], kLanguages[1 + pick(3)]};
    if (pick(3) == 0) filter.any_of[0] = {kDomains[pick(3)]};
    const std::size_t limit = pick(4) == 0 ? 10'100 : 1 + pick(20);
    const std::vector<Expected> expected = naive(query, filter);
    const auto answer = index_->search({.vector = query, .limit = limit, .filter = filter});
    const auto* found = std::get_if<Found>(&answer);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(found->documents, expected.size());
    ASSERT_TRUE(found->is_exact);
    ASSERT_EQ(found->hits.size(), std::min(limit, expected.size()));
    for (std::size_t i = 0; i < found->hits.size(); ++i) {
      // Ids only where scores differ by more than floats can tell apart.
      ASSERT_NEAR(found->hits[i].score, expected[i].score, 1e-6) << i;
      const bool is_alone =
          (i == 0 || expected[i - 1].score - expected[i].score > 1e-6) &&
          (i + 1 == expected.size() || expected[i].score - expected[i + 1].score > 1e-6);
      if (is_alone) {
        ASSERT_EQ(found->hits[i].document_id, expected[i].document) << i;
      }
    }
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  Chunk a_chunk() {
    // Now and then the same vector again, for equal scores.
    const auto& centre = centres_[pick(centres_.size())];
    return {.vector = pick(10) == 0 ? centre : near(random_, centre, 0.5F),
            .language = kLanguages[pick(kLanguages.size())],
            .domain = kDomains[pick(kDomains.size())]};
  }
  std::vector<Expected> naive(const std::vector<float>& query, const Filter& filter) const {
    std::vector<Expected> all;
    for (const auto& [id, document] : model_) {
      double best = -2;
      for (const auto& [ordinal, chunk] : document) {
        if (passes(filter.any_of[1], chunk.language) && passes(filter.any_of[0], chunk.domain))
          best = std::max(best, cosine(query, chunk.vector));
      }
      if (best > -2) all.push_back({.document = id, .score = best});
    }
    std::sort(all.begin(), all.end(), [](const Expected& a, const Expected& b) {
      return std::pair{-a.score, a.document} < std::pair{-b.score, b.document};
    });
    return all;
  }

  std::mt19937 random_;
  const std::size_t dimension_;
  const DotRows dot_rows_;
  ScratchFolder scratch_;
  std::vector<std::vector<float>> centres_;
  std::map<std::string, std::map<std::uint32_t, Chunk>> model_;
  std::unique_ptr<VectorIndex> index_;
};

void run(unsigned seed, std::size_t dimension, DotRows dot_rows) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Pair pair(seed, dimension, dot_rows);
  for (int round = 0; round < 40; ++round) {
    pair.change_some();
    for (int i = 0; i < 4 && !::testing::Test::HasFatalFailure(); ++i) pair.compare();
    if (round % 10 == 9) pair.reopen();
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(VectorModel, AgreesWithANaiveSearch) { run(1, 48, fastest_dot_rows()); }
TEST(VectorModel, AgreesWithoutAvx2) { run(2, 48, &dot_rows_plain); }
TEST(VectorModel, AgreesInFewDimensions) { run(3, 3, fastest_dot_rows()); }
TEST(VectorModel, AgreesInManyDimensions) { run(4, 1000, fastest_dot_rows()); }

TEST(VectorModel, TotalsAreCappedAndSaySo) {
  const ScratchFolder scratch;
  VectorIndex index({.file = scratch / "vectors.sqlite"});
  std::mt19937 random(5);
  std::vector<std::string> ids;
  std::vector<std::vector<float>> vectors;
  for (int i = 0; i < 10'001; ++i) {
    ids.push_back(std::to_string(i));
    vectors.push_back(random_vector(random, 4));
  }
  std::vector<Change> changes;
  for (std::size_t i = 0; i < ids.size(); ++i) changes.push_back(put(ids[i], 0, vectors[i]));
  index.apply(std::span(changes).first(10'000));
  const Query query{.vector = vectors[0], .limit = 10'100, .filter = {}};
  const auto full = std::get<Found>(index.search(query));
  EXPECT_EQ(full.documents, 10'000U);
  EXPECT_TRUE(full.is_exact);
  EXPECT_EQ(full.hits.size(), 10'000U);
  index.apply(std::span(changes).last(1));
  const auto more = std::get<Found>(index.search(query));
  EXPECT_EQ(more.documents, 10'000U);
  EXPECT_FALSE(more.is_exact);
  EXPECT_EQ(more.hits.size(), 10'001U);
}

}  // namespace
}  // namespace local_vectors
