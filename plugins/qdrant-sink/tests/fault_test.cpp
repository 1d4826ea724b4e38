// What operators read, and what the sink does about it.
#include "fault.hpp"

#include "scripted_wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace qdrant_sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Place kPlace{.url = "http://q:6333", .has_key = true};

Fault fault(unsigned status, const std::string& body,
            std::optional<milliseconds> retry_after = std::nullopt) {
  const auto found = fault_of(kPlace, {.status = status, .retry_after = retry_after, .body = body});
  EXPECT_TRUE(found) << status;
  return found.value_or(Fault{});
}

void expect(const Fault& found, Fault::Kind kind, const std::string& sentence) {
  EXPECT_EQ(found.kind, kind) << found.sentence;
  EXPECT_EQ(found.sentence, sentence);
}

TEST(FaultOf, AnythingOfTwoHundredIsNone) {
  EXPECT_FALSE(fault_of(kPlace, {.status = 200, .body = "{}"}));
  EXPECT_FALSE(fault_of(kPlace, {.status = 202, .body = "{}"}));
}

TEST(FaultOf, NoAnswerIsNamed) {
  expect(
      *fault_of(kPlace, {.way = Reply::Way::kBroken, .body = "Connection refused."}),
      Fault::Kind::kAway,
      "Qdrant at http://q:6333 cannot be reached: Connection refused. Check that it runs and that "
      "'url' is right.");
  expect(*fault_of(kPlace, {.way = Reply::Way::kLate}), Fault::Kind::kLate,
         "Qdrant at http://q:6333 did not answer in time; see its load and its log.");
  EXPECT_EQ(fault_of(kPlace, {.way = Reply::Way::kStopped})->kind, Fault::Kind::kRetry);
}

TEST(FaultOf, SizeIsTheRequestsFaultWhateverTheStatus) {
  EXPECT_EQ(
      fault(400, error("JSON payload (2 bytes) is larger than allowed (limit: 1 bytes).")).kind,
      Fault::Kind::kTooLarge);
  EXPECT_EQ(fault(400, error("Payload error: JSON payload (2 bytes) is larger than allowed")).kind,
            Fault::Kind::kTooLarge);
  EXPECT_EQ(fault(413, "<html>").kind, Fault::Kind::kTooLarge);
}

TEST(FaultOf, ABadRequestSaysWhy) {
  expect(fault(400, error("Format error in JSON body: x")), Fault::Kind::kBad,
         "Qdrant at http://q:6333 cannot use it: 'Format error in JSON body: x'.");
  EXPECT_EQ(fault(422, error("Validation error in JSON body: [x]")).kind, Fault::Kind::kBad);
  EXPECT_LT(fault(400, error(std::string(10'000, 'x'))).sentence.size(), 300U);
}

TEST(FaultOf, AnotherCollectionThanWeKnewIsLookedAtAgain) {
  for (const char* text : {"Wrong input: Vector dimension error: expected dim: 384, got 768",
                           "Wrong input: Not existing vector name error: dense"})
    EXPECT_EQ(fault(400, error(text)).kind, Fault::Kind::kOutdated);
  EXPECT_EQ(
      fault(400, R"({"status":{"error":"Bad request: Index required but not found for \"url\""}})")
          .kind,
      Fault::Kind::kOutdated);
}

TEST(FaultOf, KeysAreForSomebodyToMend) {
  expect(fault(401, "Invalid API key or JWT"), Fault::Kind::kDenied,
         "Qdrant at http://q:6333 refuses the key; correct 'api_key'.");
  expect(*fault_of({.url = "http://q:6333"}, {.status = 401, .body = "Must provide an API key"}),
         Fault::Kind::kDenied, "Qdrant at http://q:6333 wants a key; set 'api_key'.");
  expect(
      fault(403, error("Forbidden: x")), Fault::Kind::kDenied,
      "Qdrant at http://q:6333 does not let this key do that ('Forbidden: x'); use a key that may "
      "write to the collection.");
  EXPECT_EQ(fault(401, "").after, seconds(10));
}

TEST(FaultOf, RatesAreHonouredOrTheRequestIsSplit) {
  const std::string text =
      error("Rate limiting exceeded: Write rate limit exceeded: Operation requires 500 tokens");
  EXPECT_EQ(fault(429, text, seconds(7)).kind, Fault::Kind::kAway);
  EXPECT_EQ(fault(429, text, seconds(7)).after, seconds(7));
  EXPECT_EQ(fault(429, text).kind, Fault::Kind::kTooLarge);
}

TEST(FaultOf, TheRestIsTriedAgain) {
  EXPECT_EQ(fault(404, error("Not found: Collection `docs` doesn't exist!")).kind,
            Fault::Kind::kMissing);
  EXPECT_EQ(fault(408, error("Timeout: x")).kind, Fault::Kind::kLate);
  expect(
      fault(500, error("Service internal error: x")), Fault::Kind::kRetry,
      "Qdrant at http://q:6333 failed with status 500 ('Service internal error: x'); see its log.");
  expect(fault(507, error("Insufficient storage: x")), Fault::Kind::kAway,
         "Qdrant at http://q:6333 has no room left ('Insufficient storage: x'); free some on its "
         "disk or raise its quota.");
  EXPECT_EQ(fault(503, "").kind, Fault::Kind::kRetry);
  EXPECT_EQ(fault(302, "").kind, Fault::Kind::kRetry);
  EXPECT_EQ(nonsense(kPlace).sentence, "http://q:6333 does not answer like a Qdrant; check 'url'.");
}

}  // namespace
}  // namespace qdrant_sink
