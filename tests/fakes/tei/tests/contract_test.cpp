// FakeTei against our notes on the API, and against the vendor's own document where it is at hand.
#include "fakes/contract/exchange.hpp"
#include "fakes/tei/fake_tei.hpp"

namespace sluice::fakes {
namespace {

using nlohmann::json;

std::vector<Exchange> exchanges() {
  const json texts = {"one", "two words"};
  const std::vector<std::string> too_many(33, "x");
  return {
      {"GET", "/info"},
      {"GET", "/health"},
      {"POST", "/embed", {{"inputs", texts}}},
      {"POST", "/embed", {{"inputs", "one"}, {"truncate", true}, {"normalize", false}}},
      {"POST", "/embed", {{"inputs", texts}, {"prompt_name", "query"}, {"dimensions", 8}}},
      {"POST", "/v1/embeddings", {{"input", texts}, {"model", "any"}}},
      {"POST", "/v1/embeddings", {{"input", "one"}, {"encoding_format", "base64"}}},
      {"POST", "/tokenize", {{"inputs", texts}, {"add_special_tokens", true}}},
      // Refusals.
      {"POST", "/embed", {{"inputs", too_many}}, 422},
      {"POST", "/embed", {{"inputs", "x"}, {"prompt_name", "nobody"}}, 422},
      {"POST", "/embed", {{"inputs", json::array()}}, 400},
  };
}

// What the vendor's document calls `error_type` here its server calls `type`; the fake does as the
// server.
Exchange refusal_of_its_own_kind() {
  return {"POST", "/v1/embeddings", {{"input", std::vector<std::string>(33, "x")}}, 422};
}

TEST(TeiContract, TheFakeKeepsToOurNotes) {
  const FakeTei tei;
  auto all = exchanges();
  all.push_back(refusal_of_its_own_kind());
  expect_as_documented(tei.url(), Contract::read(SLUICE_CONTRACT), all);
}

TEST(TeiContract, TheFakeKeepsToTheVendorsDocument) {
  const auto document = official_document("tei/openapi.json");
  // The document is its vendor's, not ours to ship. The test above runs everywhere, on what we
  // noted of it.
  if (!document) GTEST_SKIP() << "set SLUICE_SPECS to a folder with tei/openapi.json";
  const FakeTei tei;
  expect_as_documented(tei.url(), *document, exchanges());
}

}  // namespace
}  // namespace sluice::fakes
