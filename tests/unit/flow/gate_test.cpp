// Gate: claims before, settlements after, one page of a document at a time, and an outage that
// delays.
#include "flow/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string text(sluice_str s) { return {s.data, s.size}; }

Digest digest_in(const sluice_key& key) {
  Digest digest;
  std::copy(std::begin(key.digest), std::end(key.digest), digest.begin());
  return digest;
}

using ScopeAndDigest = std::pair<std::string, Digest>;

class GateTest : public testing::Test, public GateKeeper {
 protected:
  void TearDown() override {
    loop_.run([&] { gate_->pause(); });
    loop_.stop();
    gate_.reset();
  }

  void make(bool has_dedupe = true) {
    DedupePort port;
    port.is_present = has_dedupe;
    port.stage = "seen";
    port.plugin = "some-dedupe";
    port.claim = [this](std::span<const sluice_key> keys, uint8_t* answers, sluice_error* err) {
      ++claims_;
      if (is_down_.load()) {
        std::snprintf(err->message, sizeof err->message, "the far end is down");
        return sluice_status{SLUICE_E_RETRY};
      }
      const std::scoped_lock lock(mutex_);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        claimed_keys_.push_back({text(keys[i].scope), digest_in(keys[i])});
        const auto it = answers_.find(text(keys[i].id));
        answers[i] = it == answers_.end() ? uint8_t{SLUICE_KEY_NEW} : it->second;
      }
      return sluice_status{SLUICE_OK};
    };
    port.settle = [this](std::span<const sluice_key> keys, sluice_status verdict, sluice_error*) {
      const std::scoped_lock lock(mutex_);
      for (const auto& key : keys) {
        settled_.emplace_back(text(key.id), verdict);
        settled_keys_.push_back({text(key.scope), digest_in(key)});
      }
      return sluice_status{SLUICE_OK};
    };
    gate_ = std::make_unique<Gate>(loop_, std::move(port), *this, metrics_);
    loop_.start();
  }

  void enter(const std::string& id, uint32_t op = SLUICE_UPSERT, int64_t seq = 0) {
    loop_.run([&] {
      Delivery::Page page;
      page.seq = seq;
      page.document = data::make_document(id, data::make_buffer("text"));
      page.document->op = op;
      page.document->group_name = "crawl";
      page.digest.fill(1);
      pages_.push_back(std::make_unique<Delivery>(std::move(page)));
      gate_->enter(*pages_.back());
    });
  }
  template <class Condition>
  bool eventually(Condition&& holds) {
    const auto deadline = Steady::now() + seconds(30);
    while (Steady::now() < deadline) {
      bool is_true = false;
      loop_.run([&] { is_true = holds(); });
      if (is_true) return true;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return false;
  }

  void admitted(Delivery& page) override { admitted_.push_back(&page); }
  void known(Delivery& page, uint8_t answer) override {
    known_.emplace_back(page.document_id(), answer);
  }
  void superseded(Delivery& page) override { superseded_.push_back(page.version()); }

  SystemClock clock_;
  observe::Metrics metrics_;
  Loop loop_{clock_};
  std::vector<std::unique_ptr<Delivery>> pages_;
  std::vector<Delivery*> admitted_;                     // the loop's
  std::vector<std::pair<std::string, uint8_t>> known_;  // the loop's
  std::vector<int64_t> superseded_;                     // the loop's
  std::mutex mutex_;
  std::map<std::string, uint8_t> answers_;                      // guarded by mutex_
  std::vector<std::pair<std::string, sluice_status>> settled_;  // guarded by mutex_
  std::vector<ScopeAndDigest> claimed_keys_;                    // guarded by mutex_
  std::vector<ScopeAndDigest> settled_keys_;                    // guarded by mutex_
  std::atomic<bool> is_down_ = false;
  std::atomic<int> claims_ = 0;
  std::unique_ptr<Gate> gate_;
};

TEST_F(GateTest, WithoutDedupeEverythingIsNew) {
  make(false);
  enter("a");
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 1; }));
  bool is_done = false;
  loop_.run([&] { gate_->settle(*admitted_[0], SLUICE_OK, [&] { is_done = true; }); });
  EXPECT_TRUE(is_done);
}

TEST_F(GateTest, AdmitsNewPagesAndReportsKnownOnes) {
  make();
  answers_ = {{"same", SLUICE_KEY_SAME},
              {"unchanged", SLUICE_KEY_UNCHANGED},
              {"changed", SLUICE_KEY_CHANGED}};
  for (const char* id : {"same", "unchanged", "changed", "new"}) enter(id);
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 2 && known_.size() == 2; }));
  EXPECT_EQ(known_[0], (std::pair<std::string, uint8_t>("same", SLUICE_KEY_SAME)));
}

TEST_F(GateTest, SettlesWithTheVerdictAndThenTellsSo) {
  make();
  enter("a");
  ASSERT_TRUE(eventually([&] { return admitted_.size() == 1; }));
  bool is_done = false;
  loop_.run([&] { gate_->settle(*admitted_[0], SLUICE_E_REJECT, [&] { is_done = true; }); });
  EXPECT_TRUE(eventually([&] { return is_done; }));
  const std::scoped_lock lock(mutex_);
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].second, SLUICE_E_REJECT);
}

TEST_F(GateTest, ADeletionIsClaimedAndSettledAsADocumentWithoutText) {
  make();
  answers_ = {{"a", SLUICE_KEY_CHANGED}};
  enter("a", SLUICE_DELETE);
  ASSERT_TRUE(eventually([&] { return admitted_.size() == 1; }));
  bool is_done = false;
  loop_.run([&] { gate_->settle(*admitted_[0], SLUICE_OK, [&] { is_done = true; }); });
  ASSERT_TRUE(eventually([&] { return is_done; }));
  const std::scoped_lock lock(mutex_);
  const std::vector<ScopeAndDigest> without_text{{"", Digest{}}};
  EXPECT_EQ(claimed_keys_, without_text);
  EXPECT_EQ(settled_keys_, without_text);
}

TEST_F(GateTest, ADeletionIsNeverLeftOut) {
  make();
  answers_ = {{"a", SLUICE_KEY_UNCHANGED}, {"b", SLUICE_KEY_SAME}};
  enter("a", SLUICE_DELETE);
  enter("b", SLUICE_DELETE);
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 2; }));
  EXPECT_TRUE(known_.empty());
}

TEST_F(GateTest, LetsOnePageOfADocumentInAtATime) {
  make();
  enter("a");
  enter("a");
  ASSERT_TRUE(eventually([&] { return admitted_.size() == 1; }));
  loop_.run([&] { gate_->leave("a", 0); });
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 2; }));
}

TEST_F(GateTest, LetsVersionsInByTheirOrder) {
  make(false);
  for (const int64_t seq : {3, 9, 5}) enter("a", SLUICE_UPSERT, seq);
  loop_.run([&] { gate_->leave("a", 3); });
  loop_.run([&] { gate_->leave("a", 5); });
  std::vector<int64_t> in;
  for (const Delivery* page : admitted_) in.push_back(page->version());
  EXPECT_EQ(in, (std::vector<int64_t>{3, 5, 9}));
  EXPECT_TRUE(superseded_.empty());
}

TEST_F(GateTest, LeavesOutVersionsOlderThanTheOneInTheSinks) {
  make(false);
  for (const int64_t seq : {7, 9, 5, 4}) enter("a", SLUICE_UPSERT, seq);
  loop_.run([&] { gate_->leave("a", 7); });
  EXPECT_EQ(superseded_, (std::vector<int64_t>{4, 5}));
  ASSERT_EQ(admitted_.size(), 2U);
  EXPECT_EQ(admitted_[1]->version(), 9);
}

TEST_F(GateTest, AVersionThatFailedSupersedesNone) {
  make(false);
  enter("a", SLUICE_UPSERT, 7);
  enter("a", SLUICE_UPSERT, 5);
  loop_.run([&] { gate_->leave("a", 0); });
  EXPECT_TRUE(superseded_.empty());
  EXPECT_EQ(admitted_.size(), 2U);
}

TEST_F(GateTest, ABusyPageIsAskedAboutAgain) {
  make();
  {
    const std::scoped_lock lock(mutex_);
    answers_["a"] = SLUICE_KEY_BUSY;
  }
  enter("a");
  ASSERT_TRUE(eventually([&] { return claims_.load() >= 1; }));
  {
    const std::scoped_lock lock(mutex_);
    answers_.clear();
  }
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 1; }));
}

TEST_F(GateTest, AnOutageDelaysAndIsNamed) {
  make();
  is_down_ = true;
  enter("a");
  EXPECT_TRUE(eventually([&] { return gate_->last_error() == "the far end is down"; }));
  EXPECT_TRUE(admitted_.empty());
  is_down_ = false;
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 1 && gate_->last_error().empty(); }));
}

TEST_F(GateTest, CountsItsClaimsLikeTheBatchesOfAStage) {
  make();
  is_down_ = true;
  enter("a");
  EXPECT_TRUE(eventually([&] { return gate_->retrying() == 1; }));
  is_down_ = false;
  EXPECT_TRUE(eventually([&] { return admitted_.size() == 1; }));
  EXPECT_EQ(gate_->retrying() + gate_->waiting() + gate_->in_flight(), 0U);
  const std::string text = metrics_.text();
  for (const char* line :
       {"sluice_stage_batches_total{result=\"ok\",stage=\"seen\"} 1\n",
        "sluice_stage_batches_total{result=\"failed\",stage=\"seen\"} ",
        "sluice_retries_total{reason=\"transient\",stage=\"seen\"} ",
        "sluice_stage_in_flight{stage=\"seen\"} 0\n", "sluice_inlet_records{stage=\"seen\"} 0\n",
        "sluice_inlet_wait_seconds_count{stage=\"seen\"} ",
        "sluice_plugin_faults_total{kind=\"throw\",plugin=\"some-dedupe\"} 0\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST_F(GateTest, APageThatSomebodyElseHoldsIsRetried) {
  make();
  {
    const std::scoped_lock lock(mutex_);
    answers_["a"] = SLUICE_KEY_BUSY;
  }
  enter("a");
  EXPECT_TRUE(eventually([&] { return gate_->retrying() == 1; }));
  EXPECT_NE(metrics_.text().find("sluice_retries_total{reason=\"busy\",stage=\"seen\"}"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::flow
