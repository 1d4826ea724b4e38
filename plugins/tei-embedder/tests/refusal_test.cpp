// What the service's refusals are taken for, and the sentences that operators read.
#include "core/refusal.hpp"
#include "core/server_info.hpp"

#include <gtest/gtest.h>

namespace tei {
namespace {

using namespace std::chrono_literals;

Refusal of(unsigned status, const std::string& body = {}) {
  return understand({.status = status, .body = body}, "/embed");
}

TEST(Refusal, ABatchTooLargeIs422WithALimitOr413) {
  const Refusal refusal =
      of(422,
         R"({"error":"batch size 80 > maximum allowed batch size 32","error_type":"Validation"})");
  EXPECT_EQ(refusal.meaning, Meaning::kTooLarge);
  EXPECT_EQ(refusal.most_texts, 32U);
  EXPECT_EQ(refusal.why,
            "TEI answered 422 to /embed: batch size 80 > maximum allowed batch size 32");
  EXPECT_EQ(of(413, R"({"error":"batch size 80 > maximum allowed batch size 16"})").most_texts,
            16U);
  EXPECT_EQ(of(413, "length limit exceeded: 1000").meaning, Meaning::kTooLarge);
  EXPECT_FALSE(of(413, "length limit exceeded: 1000").most_texts);
}

TEST(Refusal, OtherClientErrorsAreATextsFault) {
  EXPECT_EQ(of(422, R"({"message":"tokenizer","code":422,"type":"Tokenizer"})").why,
            "TEI answered 422 to /embed: tokenizer");
  EXPECT_EQ(of(422).meaning, Meaning::kBadText);
  EXPECT_EQ(of(400, R"({"error":"`inputs` cannot be empty","error_type":"Empty"})").meaning,
            Meaning::kBadText);
}

TEST(Refusal, OverloadsTellHowLongToWait) {
  const Refusal refusal = understand(
      {.status = 429, .body = R"({"error":"Model is overloaded"})", .retry_after = 3s}, "/embed");
  EXPECT_EQ(refusal.meaning, Meaning::kOverloaded);
  EXPECT_EQ(refusal.retry_after, 3s);
}

TEST(Refusal, ServersThatAreUnwellMayBeWellLater) {
  for (const unsigned status : {408U, 424U, 500U, 502U, 503U, 504U}) {
    EXPECT_EQ(of(status).meaning, Meaning::kUnwell) << status;
  }
  const Refusal lost =
      understand({.loss = Reply::Loss::kNoAnswer, .body = "The connection was refused."}, "/embed");
  EXPECT_EQ(lost.meaning, Meaning::kUnwell);
  EXPECT_EQ(lost.why, "TEI does not answer: The connection was refused.");
}

TEST(Refusal, SomeNeedAnOperator) {
  EXPECT_EQ(of(401).meaning, Meaning::kCredentials);
  EXPECT_EQ(of(401).why,
            "TEI refuses the api_key with status 401; set api_key to the key that it was started "
            "with");
  EXPECT_EQ(of(403).meaning, Meaning::kCredentials);
  EXPECT_EQ(of(404).meaning, Meaning::kWrongPlace);
  EXPECT_EQ(of(301).why, "TEI answered 301 to /embed; does url lead to Text Embeddings Inference?");
}

TEST(Refusal, QuotesLittleAndNothingThatCouldForgeALog) {
  const Refusal refusal = of(502, "<html>\r\n\r\n\x1b[31mred " + std::string(1000, 'x'));
  EXPECT_LT(refusal.why.size(), 300U);
  EXPECT_EQ(refusal.why.find('\n'), std::string::npos);
  EXPECT_EQ(refusal.why.find('\x1b'), std::string::npos);
}

TEST(Refusal, NoneWhenThereAreVectorsOrTheHostStops) {
  EXPECT_EQ(of(200).meaning, Meaning::kVectors);
  EXPECT_EQ(understand({.loss = Reply::Loss::kStopping}, "/embed").meaning, Meaning::kStopping);
}

TEST(RetryAfter, IsSecondsUpToAnHour) {
  EXPECT_EQ(read_retry_after("7"), 7s);
  EXPECT_EQ(read_retry_after("0"), 0s);
  EXPECT_EQ(read_retry_after("999999"), 3600s);
  for (const char* header :
       {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"}) {
    EXPECT_EQ(read_retry_after(header), 0s) << header;
  }
}

TEST(ServerInfo, ReadsWhatTheServerSays) {
  std::string body =
      R"({"model_id":"acme/mini","model_sha":null,"model_dtype":"float32","served_model_name":"m",)"
      R"("model_type":{"embedding":{"pooling":"cls"}},"max_concurrent_requests":64,)"
      R"("max_input_length":256,"max_batch_tokens":4096,"max_batch_requests":null,)"
      R"("max_client_batch_size":16,"auto_truncate":true,"tokenization_workers":1,"version":"1.9.3"})";
  const auto info = read_info(body);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->model_id, "acme/mini");
  EXPECT_EQ(info->model_sha, "");
  EXPECT_EQ(info->model_kind, "embedding");
  EXPECT_EQ(info->version, "1.9.3");
  EXPECT_EQ(info->max_client_batch_size, 16U);
  EXPECT_EQ(info->max_batch_tokens, 4096U);
  EXPECT_EQ(info->max_input_length, 256U);
  EXPECT_EQ(info->max_concurrent_requests, 64U);
  EXPECT_EQ(info->auto_truncate, true);
}

TEST(ServerInfo, TakesTheDefaultsOfOlderServersAndNoZeroLimits) {
  std::string body = R"({"max_client_batch_size":0,"model_id":"m","max_batch_tokens":"many"})";
  const auto info = read_info(body);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->max_client_batch_size, 1U);
  EXPECT_EQ(info->max_batch_tokens, 16384U);
  EXPECT_FALSE(info->auto_truncate);
  EXPECT_EQ(info->model_kind, "");
}

TEST(ServerInfo, IsNothingElse) {
  for (std::string body : {"", "[]", "{}", "nonsense", R"({"model_id":7})", R"({"model_id":"")"}) {
    EXPECT_FALSE(read_info(body)) << body;
  }
}

}  // namespace
}  // namespace tei
