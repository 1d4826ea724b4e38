// The component while its Qdrant misbehaves: what becomes of records, what is said, and that it
// goes on by itself.
#include "sink_box.hpp"

#include "fakes/server/server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace qdrant_sink {
namespace {

using sluice::fakes::Failure;
using sluice::fakes::kUntilCleared;
using sluice::fakes::WriteStatus;
using std::chrono::milliseconds;

class QdrantFaults : public ::testing::Test {
 protected:
  // A failure of writes alone.
  static Failure of_writes(Failure::How how) {
    return {
        .how = how, .times = kUntilCleared, .method = "PUT", .path = "/collections/docs/points"};
  }
  static Failure answer(unsigned status, const std::string& text) {
    Failure failure = of_writes(Failure::How::kAnswer);
    failure.answer = {.status = status,
                      .body = R"({"status":{"error":")" + text + R"("},"time":0.0})"};
    return failure;
  }
  std::vector<sluice::fakes::RecordVerdict> write_one(const std::string& id = "d") {
    return box_->write(batch(page(id, {1, 0})));
  }

  FakeQdrant qdrant_;
  std::unique_ptr<StageBox> box_ = started(qdrant_);
};

TEST_F(QdrantFaults, AnOutageIsSaidOnceAndEndsByItself) {
  write(*box_, batch(page("before", {1, 0})));
  qdrant_.server().stop();
  for (int i = 0; i < 20; ++i) {
    const auto verdicts = write_one();
    EXPECT_EQ(verdicts[0].status, SLUICE_E_AGAIN);
    EXPECT_NE(verdicts[0].message.find("cannot be reached"), std::string::npos);
  }
  qdrant_.server().start();
  write(*box_, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant_.points("docs"), 2U);
  EXPECT_EQ(box_->lines_with("cannot be reached"), 1U);
  EXPECT_EQ(box_->lines_with("Qdrant answers again"), 1U);
}

TEST_F(QdrantFaults, StartsWithoutAQdrantAndConnectsWhenItComes) {
  qdrant_.server().stop();
  const auto late = started(qdrant_);
  EXPECT_EQ(late->lines_with("cannot be reached"), 1U);
  qdrant_.server().start();
  write(*late, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant_.points("docs"), 1U);
}

TEST_F(QdrantFaults, ConnectionsThatQdrantClosedWhenIdleAreNoError) {
  write(*box_, batch(page("a", {1, 0})));
  for (int i = 0; i < 10; ++i) {
    qdrant_.server().close_idle();
    write(*box_, batch(page("b", {1, 0}), trim("b", 1)));
  }
  EXPECT_EQ(box_->lines_with("WARN"), 0U);
}

TEST_F(QdrantFaults, WritesThatAreNotAppliedInTimeAreSentAgain) {
  write(*box_, batch(page("a", {1, 0})));
  for (const WriteStatus status : {WriteStatus::kAcknowledged, WriteStatus::kWaitTimeout}) {
    qdrant_.answer_next_writes(1, status, std::chrono::hours(1));
    EXPECT_EQ(write_one()[0].status, SLUICE_E_RETRY);
    qdrant_.lose_what_waits();
    EXPECT_EQ(qdrant_.points("docs"), 1U);
    write(*box_, batch(page("a", {1, 0})));
  }
  write(*box_, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant_.points("docs"), 2U);
}

TEST_F(QdrantFaults, AnswersThatGetLostLeaveOnePointPerChunk) {
  write(*box_, batch(page("a", {1, 0})));
  for (const Failure::How how :
       {Failure::How::kClose, Failure::How::kReset, Failure::How::kResetBody,
        Failure::How::kTruncate, Failure::How::kGarbage}) {
    Failure failure = of_writes(how);
    failure.work = Failure::Work::kDone;
    qdrant_.server().fail(failure);
    EXPECT_EQ(write_one()[0].status, SLUICE_E_AGAIN) << static_cast<int>(how);
    qdrant_.server().clear_failures();
    write(*box_, batch(page("d", {1, 0})));
    EXPECT_EQ(qdrant_.points("docs"), 2U);
  }
}

TEST_F(QdrantFaults, HalfAppliedUpsertsAreCompleted) {
  write(*box_, batch(page("a", {1, 0})));
  qdrant_.break_next_upserts(1);
  const auto records = [] { return batch(page("b", {1, 0}), page("c", {1, 0})); };
  const auto verdicts = box_->write(records());
  EXPECT_EQ(verdicts[0].status, SLUICE_E_RETRY);
  EXPECT_NE(verdicts[0].message.find("failed with status 500"), std::string::npos);
  write(*box_, records());
  EXPECT_EQ(qdrant_.points("docs"), 3U);
}

TEST_F(QdrantFaults, ErrorsOfTheServerAreTriedAgainAndSaidOnce) {
  write(*box_, batch(page("a", {1, 0})));
  for (const auto& [status, text] :
       {std::pair{500U, "Service internal error: x"},
        std::pair{503U, "Shard temporarily unavailable"}, std::pair{408U, "Timeout: x"},
        std::pair{507U, "Insufficient storage: x"}}) {
    qdrant_.server().fail(answer(status, text));
    // A full disk is nothing that speaks against a record.
    const sluice_status expected = status == 507U ? SLUICE_E_AGAIN : SLUICE_E_RETRY;
    EXPECT_EQ(write_one()[0].status, expected) << status;
    // What fails in a row is not the records' fault either.
    for (int i = 0; i < 10; ++i) EXPECT_EQ(write_one()[0].status, SLUICE_E_AGAIN) << status;
    qdrant_.server().clear_failures();
    write(*box_, batch(page("a", {1, 0})));
  }
  EXPECT_EQ(box_->lines_with("WARN"), 4U);
  EXPECT_EQ(box_->lines_with("has no room left"), 1U);
}

TEST_F(QdrantFaults, RateLimitsAreHonoured) {
  write(*box_, batch(page("a", {1, 0})));
  Failure limited = answer(429, "Rate limiting exceeded: Write rate limit exceeded");
  limited.answer.headers = {{"Retry-After", "7"}};
  qdrant_.server().fail(limited);
  const auto verdicts = write_one();
  EXPECT_EQ(verdicts[0].status, SLUICE_E_AGAIN);
  EXPECT_EQ(verdicts[0].retry_after_ms, 7'000U);
}

TEST_F(QdrantFaults, TooLargeRequestsAreSplitAndOneTooLargePointIsRejectedAlone) {
  FakeQdrant small({.server = {.max_body = 20'000}});
  const auto box = started(small);
  std::vector<RecordRef> records;
  records.reserve(16);
  for (int i = 0; i < 16; ++i)
    records.push_back(
        page("d" + std::to_string(i), {1, 0}, std::string(i == 5 ? 30'000 : 3'000, 'x')));
  const auto verdicts = box->write(std::move(records));
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    EXPECT_EQ(verdicts[i].status, i == 5 ? SLUICE_E_REJECT : SLUICE_OK) << verdicts[i].message;
  EXPECT_EQ(small.points("docs"), 15U);
}

TEST_F(QdrantFaults, ADroppedCollectionIsMadeAgain) {
  write(*box_, batch(page("a", {1, 0})));
  qdrant_.drop_collection("docs");
  write(*box_, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant_.points("docs"), 1U);
  EXPECT_EQ(qdrant_.counters().indexes_made, 16U);
}

TEST_F(QdrantFaults, RemovalsInStrictModeMakeTheIndexThatTheyNeed) {
  FakeQdrant strict({.strictness = sluice::fakes::Strictness::kStrict});
  const auto box = started(strict);
  write(*box, batch(page("a", {1, 0})));
  sluice::net::EventLoop loop(1);
  sluice::net::Client client(loop);
  const auto dropped = client.fetch(
      {.method = "DELETE", .url = strict.url() + "/collections/docs/index/document_id"});
  ASSERT_EQ(dropped.status, 200U);
  write(*box, batch(deletion("a")));
  EXPECT_EQ(strict.points("docs"), 0U);
}

TEST_F(QdrantFaults, AWrongKeyIsNamedOnceAndNeverShown) {
  FakeQdrant locked({.api_key = "right", .read_only_key = "look"});
  const auto wrong = started(locked, "api_key: geheim\n");
  for (int i = 0; i < 5; ++i) {
    const auto verdicts = wrong->write(batch(page("a", {1, 0})));
    EXPECT_EQ(verdicts[0].status, SLUICE_E_AGAIN);
    EXPECT_EQ(verdicts[0].retry_after_ms, 10'000U);
  }
  EXPECT_EQ(wrong->lines_with("refuses the key; correct 'api_key'"), 1U);
  EXPECT_EQ(wrong->lines_with("geheim"), 0U);
  const auto weak = started(locked, "api_key: look\n");
  EXPECT_NE(sentence(weak->write(batch(page("a", {1, 0})))).find("may write to the collection"),
            std::string::npos);
}

TEST_F(QdrantFaults, AWrongCertificateIsNamed) {
  FakeQdrant secure({.server = {.security = sluice::fakes::Security::kTls}});
  StageBox box(yaml(secure));  // which does not know the certificate
  ASSERT_EQ(box.configure().value_or("none"), "none");
  ASSERT_TRUE(box.start());
  const std::string said = sentence(box.write(batch(page("a", {1, 0}))));
  EXPECT_NE(said.find("cannot be reached"), std::string::npos) << said;
  EXPECT_NE(said.find("certificate"), std::string::npos) << said;
  EXPECT_EQ(box.lines_with("cannot be reached"), 1U);
}

TEST_F(QdrantFaults, SomethingElseAtTheUrlIsNamed) {
  sluice::fakes::HttpServer other([](const sluice::fakes::Request&) {
    return sluice::fakes::Answer{.body = "<html>Welcome", .content_type = "text/html"};
  });
  StageBox box("url: " + other.url() + "\ncollection: docs");
  ASSERT_EQ(box.configure().value_or("none"), "none");
  ASSERT_TRUE(box.start());
  EXPECT_NE(sentence(box.write(batch(page("a", {1, 0})))).find("does not answer like a Qdrant"),
            std::string::npos);
}

}  // namespace
}  // namespace qdrant_sink
