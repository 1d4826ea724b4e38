// PointWriter: requests of a bearable size, and what each outcome means for each record.
#include "point_writer.hpp"

#include "scripted_wire.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace qdrant_sink {

void PrintTo(const Verdict& verdict, std::ostream* out) {
  constexpr const char* kNames[] = {"done", "reject", "retry", "busy"};
  *out << kNames[static_cast<std::size_t>(verdict.kind)] << " " << verdict.sentence;
}

namespace {

using Kind = Verdict::Kind;

class PointWriterTest : public ::testing::Test {
 protected:
  std::vector<Verdict> apply(const std::vector<Change>& changes, bool is_wanted = true) {
    Collection collection(docs(), wire_);
    PointWriter writer(settings_, collection, wire_, watch());
    return writer.apply(changes, {.is_wanted = [=] { return is_wanted; }});
  }
  PointWriter::Weather watch() {
    return [this](const Fault* fault) {
      weather_.push_back(fault == nullptr ? "fine" : fault->sentence);
    };
  }
  std::vector<Kind> kinds(const std::vector<Change>& changes) {
    std::vector<Kind> all;
    for (const Verdict& verdict : apply(changes)) all.push_back(verdict.kind);
    return all;
  }
  Change put(std::uint32_t ordinal, std::string_view text = "text") const {
    return {.kind = Change::Kind::kPut,
            .document_id = "d",
            .ordinal = ordinal,
            .vector = vector_,
            .text = text};
  }
  static Change remove(std::string_view document, std::uint32_t ordinal = 0) {
    return {.kind = Change::Kind::kRemove, .document_id = document, .ordinal = ordinal};
  }
  ScriptedWire& there() { return script_.then(200, info(dense(2))); }

  const std::array<float, 2> vector_ = {0.5F, 0.25F};
  ScriptedWire script_;
  Wire wire_ = script_.wire();
  WriterSettings settings_;
  std::vector<std::string> weather_;
};

TEST_F(PointWriterTest, SendsAllPointsAndWaitsForThem) {
  there().then(200, done());
  EXPECT_EQ(kinds({put(0), put(1)}), (std::vector{Kind::kDone, Kind::kDone}));
  EXPECT_EQ(script_.asked()[1], "PUT /collections/docs/points?wait=true");
  EXPECT_EQ(weather_, std::vector<std::string>{"fine"});
}

TEST_F(PointWriterTest, RequestsAreBoundedByPoints) {
  settings_.max_points = 2;
  there().then(200, done()).then(200, done()).then(200, done());
  EXPECT_EQ(kinds({put(0), put(1), put(2), put(3), put(4)}), std::vector<Kind>(5, Kind::kDone));
  EXPECT_EQ(script_.calls().size(), 4U);
}

TEST_F(PointWriterTest, RequestsAreBoundedByBytesButForOnePoint) {
  settings_.max_bytes = 1000;
  const std::string large(2000, 'x');
  const std::string half(300, 'x');
  there();
  for (int i = 0; i < 3; ++i) script_.then(200, done());
  EXPECT_EQ(kinds({put(0, large), put(1, half), put(2, half), put(3, half)}),
            std::vector<Kind>(4, Kind::kDone));
  ASSERT_EQ(script_.calls().size(), 4U);
  EXPECT_GT(script_.calls()[1].body.size(), 2000U);
  EXPECT_LE(script_.calls()[2].body.size(), 1002U);  // two, and the end of the list
  EXPECT_LE(script_.calls()[3].body.size(), 1002U);
}

TEST_F(PointWriterTest, RemovalsShareARequestAndKeepTheirPlace) {
  there().then(200, done()).then(200, done()).then(200, done());
  EXPECT_EQ(kinds({put(0), remove("d", 1), remove("e"), put(0)}),
            std::vector<Kind>(4, Kind::kDone));
  EXPECT_EQ(script_.asked(), (std::vector<std::string>{
                                 "GET /collections/docs", "PUT /collections/docs/points?wait=true",
                                 "POST /collections/docs/points/delete?wait=true",
                                 "PUT /collections/docs/points?wait=true"}));
}

TEST_F(PointWriterTest, NothingIsRemovedFromACollectionThatIsNotThere) {
  script_.then(404, error("x"));
  EXPECT_EQ(kinds({remove("d")}), std::vector{Kind::kDone});
  EXPECT_EQ(script_.calls().size(), 1U);
}

TEST_F(PointWriterTest, OnlyWhatIsAppliedIsDone) {
  for (const char* status : {"acknowledged", "wait_timeout"}) {
    there().then(200, done(status));
    const auto verdicts = apply({put(0)});
    EXPECT_EQ(verdicts[0].kind, Kind::kRetry);
    EXPECT_EQ(verdicts[0].sentence,
              std::string("Qdrant at http://q:6333 took the write but did not apply it in time (") +
                  status + "); it is sent again. See its load.");
  }
  there().then(200, "<html>");
  EXPECT_EQ(kinds({put(0)}), std::vector{Kind::kRetry});
}

TEST_F(PointWriterTest, WithoutWaitingTakenIsEnough) {
  settings_.durability = Durability::kTaken;
  there().then(200, done("acknowledged"));
  EXPECT_EQ(kinds({put(0)}), std::vector{Kind::kDone});
  EXPECT_EQ(script_.asked()[1], "PUT /collections/docs/points");
}

TEST_F(PointWriterTest, VectorsThatCannotBeAreRejectedAloneAndNotSent) {
  const std::array<float, 2> broken = {1, std::numeric_limits<float>::quiet_NaN()};
  const std::array<float, 3> wide = {1, 2, 3};
  Change none = put(1);
  none.vector = {};
  Change odd = put(2);
  odd.vector = broken;
  Change other = put(3);
  other.vector = wide;
  there().then(200, done());
  const auto verdicts = apply({put(0), none, odd, other});
  EXPECT_EQ(verdicts[0].kind, Kind::kDone);
  EXPECT_EQ(verdicts[1].sentence,
            "The record has no vector of the name that 'vector' says; put an embedder before this "
            "stage, or correct 'vector'.");
  EXPECT_EQ(verdicts[2].sentence,
            "The vector has a value that is not a finite number; check the embedder.");
  EXPECT_EQ(verdicts[3].sentence,
            "The vector has 3 dimensions where others of its batch have 2; check the embedder.");
  for (int i = 1; i < 4; ++i) EXPECT_EQ(verdicts[static_cast<std::size_t>(i)].kind, Kind::kReject);
}

TEST_F(PointWriterTest, TooLargeARequestIsHalvedUntilItFits) {
  const std::string large =
      error("JSON payload (9 bytes) is larger than allowed (limit: 8 bytes).");
  there().then(400, large).then(200, done()).then(400, large).then(200, done()).then(400, large);
  const auto verdicts = apply({put(0), put(1), put(2), put(3)});
  EXPECT_EQ(verdicts[0].kind, Kind::kDone);
  EXPECT_EQ(verdicts[1].kind, Kind::kDone);
  EXPECT_EQ(verdicts[2].kind, Kind::kDone);
  EXPECT_EQ(verdicts[3].kind, Kind::kReject);
  EXPECT_EQ(verdicts[3].sentence, "Qdrant at http://q:6333 takes no request of this size.");
}

TEST_F(PointWriterTest, OneBadPointIsFoundAndTheOthersGoThrough) {
  const std::string bad = error("Format error in JSON body: x");
  there().then(400, bad).then(200, done()).then(400, bad).then(400, bad).then(200, done());
  const auto verdicts = apply({put(0), put(1), put(2), put(3)});
  EXPECT_EQ(verdicts[2].kind, Kind::kReject);
  EXPECT_EQ(verdicts[2].sentence,
            "Qdrant at http://q:6333 cannot use it: 'Format error in JSON body: x'.");
  for (const std::size_t i : {0U, 1U, 3U}) EXPECT_EQ(verdicts[i].kind, Kind::kDone);
}

TEST_F(PointWriterTest, AfterOneRequestInVainTheOthersWait) {
  settings_.max_points = 1;
  there().then(200, done()).then(503, error("Shard temporarily unavailable: x"));
  EXPECT_EQ(kinds({put(0), put(1), put(2), remove("d", 3)}),
            (std::vector{Kind::kDone, Kind::kRetry, Kind::kBusy, Kind::kBusy}))
      << "what was not tried has not failed";
  EXPECT_EQ(script_.calls().size(), 3U);
  EXPECT_EQ(weather_.size(), 2U);
}

// Qdrant answers, but not one write works: a point is tried once and then waits, uncounted.
TEST_F(PointWriterTest, WhileNothingWorksNoPointIsTried) {
  Collection collection(docs(), wire_);
  PointWriter writer(settings_, collection, wire_, watch());
  const auto one = [&] {
    const std::vector<Change> changes = {put(0)};
    return writer.apply(changes, {.is_wanted = [] { return true; }}).front().kind;
  };
  const std::string broken = error("Service internal error: disk");
  there().then(500, broken);
  EXPECT_EQ(one(), Kind::kRetry);
  for (int i = 0; i < 20; ++i) {
    script_.then(500, broken);
    EXPECT_EQ(one(), Kind::kBusy);
    EXPECT_EQ(script_.asked().back(), "POST /collections/docs/points/delete?wait=true");
  }
  script_.then(200, done()).then(200, done());
  EXPECT_EQ(one(), Kind::kDone);
  const std::size_t calls = script_.calls().size();
  script_.then(200, done());
  EXPECT_EQ(one(), Kind::kDone);
  EXPECT_EQ(script_.calls().size(), calls + 1) << "no trifle once it works";
}

// Only points fail, all of them: the trifle tells nothing, but that they fail in a row does.
TEST_F(PointWriterTest, WhileNoPointWorksNoneIsToBlame) {
  Collection collection(docs(), wire_);
  PointWriter writer(settings_, collection, wire_, watch());
  there();
  for (int i = 0; i < 20; ++i) {
    if (i > 0) script_.then(200, done());  // the trifle
    script_.then(500, error("Service internal error: disk"));
    const std::vector<Change> changes = {put(0)};
    const auto verdicts = writer.apply(changes, {.is_wanted = [] { return true; }});
    EXPECT_EQ(verdicts.front().kind, i == 0 ? Kind::kRetry : Kind::kBusy);
  }
}

TEST_F(PointWriterTest, APointThatFailsWhileOthersWorkIsToBlameEachTime) {
  settings_.max_points = 1;
  Collection collection(docs(), wire_);
  PointWriter writer(settings_, collection, wire_, watch());
  there();
  for (int i = 0; i < 8; ++i) {
    if (i > 0) script_.then(200, done());  // the trifle
    script_.then(200, done()).then(500, error("Service internal error: panic"));
    const std::vector<Change> changes = {put(0), put(1)};
    const auto verdicts = writer.apply(changes, {.is_wanted = [] { return true; }});
    EXPECT_EQ(verdicts[0].kind, Kind::kDone);
    EXPECT_EQ(verdicts[1].kind, Kind::kRetry);
  }
}

TEST_F(PointWriterTest, RequestsEndBeforeTheBatchDoes) {
  Collection collection(docs(), wire_);
  PointWriter writer(settings_, collection, wire_, watch());
  there().then(200, done());
  const auto in = [](std::chrono::milliseconds time) {
    return Patience{.is_wanted = [] { return true; },
                    .deadline = std::chrono::steady_clock::now() + time};
  };
  const std::vector<Change> changes = {put(0)};
  writer.apply(changes, in(std::chrono::seconds(2)));
  EXPECT_LE(script_.calls().back().timeout, std::chrono::seconds(2));
  EXPECT_GT(script_.calls().back().timeout, std::chrono::seconds(1));
  const std::size_t calls = script_.calls().size();
  EXPECT_EQ(writer.apply(changes, in(-std::chrono::seconds(1))).front().kind, Kind::kBusy);
  EXPECT_EQ(script_.calls().size(), calls);
}

TEST_F(PointWriterTest, ARateLimitSaysWhenToComeBack) {
  there().then(Reply{.status = 429, .retry_after = std::chrono::seconds(7), .body = error("Rate")});
  const auto verdicts = apply({put(0), put(1)});
  EXPECT_EQ(verdicts[1].kind, Kind::kBusy);
  EXPECT_EQ(verdicts[1].after, std::chrono::seconds(7));
}

TEST_F(PointWriterTest, ACollectionThatWasDroppedIsMadeAgain) {
  there().then(404, error("Not found: Collection `docs` doesn't exist!"));
  script_.then(404, error("x")).then(200, R"({"result":true})");
  there().then(200, done());
  EXPECT_EQ(kinds({put(0)}), std::vector{Kind::kDone});
}

TEST_F(PointWriterTest, ACollectionMadeAnewForOtherVectorsIsToldApart) {
  const std::string changed =
      error("Wrong input: Vector dimension error: expected dim: 768, got 2");
  there().then(400, changed).then(200, info(dense(768)));
  const auto verdicts = apply({put(0), put(1)});
  EXPECT_EQ(verdicts[0].kind, Kind::kBusy);
  EXPECT_NE(verdicts[0].sentence.find("holds vectors of 768 dimensions"), std::string::npos);
  EXPECT_EQ(script_.calls().size(), 3U);
}

TEST_F(PointWriterTest, ALookThatDoesNotHelpIsNotRepeated) {
  const std::string wants = error("Bad request: Index required but not found");
  there().then(400, wants);
  there().then(400, wants);
  EXPECT_EQ(kinds({remove("d")}), std::vector{Kind::kRetry});
  EXPECT_EQ(script_.calls().size(), 4U);
}

TEST_F(PointWriterTest, NothingMoreIsSentOnceNobodyWantsIt) {
  there();
  const auto verdicts = apply({put(0)}, false);
  EXPECT_EQ(verdicts[0].kind, Kind::kBusy);
  EXPECT_EQ(script_.calls().size(), 1U);
}

TEST_F(PointWriterTest, AnUnreachableServerPutsEverythingOff) {
  script_.then(Reply{.way = Reply::Way::kBroken, .body = "Connection refused."});
  EXPECT_EQ(kinds({put(0), remove("d")}), (std::vector{Kind::kBusy, Kind::kBusy}));
  EXPECT_EQ(weather_.size(), 1U);
}

}  // namespace
}  // namespace qdrant_sink
