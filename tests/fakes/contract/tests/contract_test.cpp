// From requests to the right operation.
#include "fakes/contract/contract.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <stdexcept>

namespace sluice::fakes {
namespace {

using nlohmann::json;

json body_of(const json& schema) {
  return {{"content", {{"application/json", {{"schema", schema}}}}}};
}

class ContractTest : public ::testing::Test {
 protected:
  const Contract contract_{json{
      {"paths",
       {{"/things/{name}",
         {{"put",
           {{"parameters", {{{"name", "wait"}, {"in", "query"}}}},
            {"requestBody", body_of({{"type", "object"}, {"required", {"size"}}})},
            {"responses",
             {{"200", body_of({{"type", "boolean"}})}, {"4XX", body_of({{"type", "string"}})}}}}}}},
        {"/things/all", {{"get", {{"responses", {{"200", body_of({{"type", "array"}})}}}}}}}}}}};
  const Request put_{.method = "PUT",
                     .target = "/things/one?wait=true",
                     .headers = {{"Content-Type", "application/json"}},
                     .body = R"({"size":1})"};
};

TEST_F(ContractTest, TakesWhatIsDocumented) {
  EXPECT_EQ(contract_.check(put_), Complaints{});
  EXPECT_EQ(contract_.check(put_, {.status = 200, .body = "true"}), Complaints{});
  EXPECT_EQ(contract_.check(put_, {.status = 404, .body = R"("no")"}), Complaints{});
  const Request get{.method = "GET", .target = "/things/all", .headers = {}, .body = {}};
  EXPECT_EQ(contract_.check(get), Complaints{});
  EXPECT_EQ(contract_.check(get, {.status = 200, .body = "[]"}), Complaints{});
}

TEST_F(ContractTest, ComplainsAboutWhatIsNot) {
  const auto with = [&](auto change) {
    Request request = put_;
    change(request);
    return contract_.check(request);
  };
  EXPECT_EQ(with([](Request& r) { r.method = "POST"; }),
            Complaints{"POST /things/one: is no operation of the document"});
  EXPECT_EQ(with([](Request& r) { r.target = "/things/one/two"; }),
            Complaints{"PUT /things/one/two: is no operation of the document"});
  EXPECT_EQ(with([](Request& r) { r.target = "/things/one?weight=1"; }),
            Complaints{"PUT /things/one: has no parameter weight"});
  EXPECT_EQ(with([](Request& r) { r.body = "{}"; }), Complaints{"PUT /things/one: : lacks size"});
  EXPECT_EQ(with([](Request& r) { r.body = "{"; }), Complaints{"PUT /things/one: is no JSON"});
  EXPECT_EQ(with([](Request& r) { r.headers.clear(); }),
            Complaints{"PUT /things/one: its body is not declared as JSON"});
  EXPECT_EQ(
      contract_.check({.method = "GET", .target = "/things/all", .headers = {}, .body = "{}"}),
      Complaints{"GET /things/all: takes no body"});
  EXPECT_EQ(contract_.check(put_, {.status = 200, .body = "1"}),
            Complaints{"PUT /things/one 200: : is 1, not of type \"boolean\""});
  EXPECT_EQ(contract_.check(put_, {.status = 500}),
            Complaints{"PUT /things/one 500: is no answer of this operation"});
}

TEST(ContractFile, ThatIsNoDocumentIsSaid) {
  EXPECT_THROW(Contract::read("/nowhere.json"), std::runtime_error);
}

}  // namespace
}  // namespace sluice::fakes
