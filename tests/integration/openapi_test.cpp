// The OpenAPI document. That every answer is as it says is looked at by support/http.cpp, in all
// tests.
#include "fakes/contract/schema.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::testing {
namespace {

using nlohmann::json;

class OpenApi : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.start();
    document_ = host_.http().get("/api/openapi.json").json();
    ASSERT_TRUE(document_.is_object());
  }
  // Each `$ref` of the document, anywhere.
  static void collect(const json& value, std::set<std::string>& refs) {
    for (const auto& [key, member] : value.items()) {
      if (key == "$ref" && member.is_string()) refs.insert(member.get<std::string>());
      if (member.is_structured()) collect(member, refs);
    }
  }

  TestHost host_;
  json document_;
};

TEST_F(OpenApi, IsOfVersion31) {
  EXPECT_EQ(document_["openapi"], "3.1.0");
  EXPECT_EQ(document_["info"]["title"], "Sluice");
  EXPECT_TRUE(document_["info"]["version"].is_string());
}

TEST_F(OpenApi, HasTheHostsRoutesAndThePlugins) {
  const auto& paths = document_["paths"];
  for (const char* path : {"/api/search", "/api/index", "/api/stats", "/api/crawls",
                           "/api/crawls/{id}", "/health", "/metrics", "/"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
  ASSERT_TRUE(paths.contains(kWebhook));
  EXPECT_TRUE(paths[kWebhook]["post"]["responses"].contains("202"));
}

TEST_F(OpenApi, RefersToNothingThatIsNotThere) {
  std::set<std::string> refs;
  collect(document_, refs);
  EXPECT_GT(refs.size(), 10U);
  for (const auto& ref : refs) {
    EXPECT_TRUE(document_.contains(json::json_pointer(ref.substr(1)))) << ref;
  }
}

TEST_F(OpenApi, NamesEachOperationOnceAndSaysWhatItDoes) {
  std::set<std::string> ids;
  for (const auto& [path, item] : document_["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      EXPECT_TRUE(ids.insert(operation.value("operationId", "")).second) << method << ' ' << path;
      EXPECT_FALSE(operation.value("summary", "").empty()) << method << ' ' << path;
      EXPECT_TRUE(operation.contains("responses")) << method << ' ' << path;
    }
  }
}

TEST_F(OpenApi, AsksForTheTokenWhereTheHostDoes) {
  const auto& paths = document_["paths"];
  EXPECT_TRUE(paths["/api/stats"]["get"].contains("security"));
  EXPECT_TRUE(paths["/api/openapi.json"]["get"].contains("security"));
  EXPECT_FALSE(paths["/health"]["get"].contains("security"));
  EXPECT_FALSE(paths[kWebhook]["post"].contains("security"));
}

// The judge itself: an answer with a key too many, one too few and one of another type.
TEST_F(OpenApi, IsHeldAgainstAnswersStrictly) {
  const json schema = {{"$ref", "#/components/schemas/Error"}};
  EXPECT_TRUE(
      fakes::misfits({{"detail", "text"}}, schema, document_, fakes::Author::kOurs).empty());
  EXPECT_EQ(
      fakes::misfits({{"detail", "text"}, {"more", 1}}, schema, document_, fakes::Author::kOurs)
          .size(),
      1U);
  EXPECT_EQ(fakes::misfits(json::object(), schema, document_, fakes::Author::kOurs).size(), 1U);
  EXPECT_EQ(fakes::misfits({{"detail", 7}}, schema, document_, fakes::Author::kOurs).size(), 1U);
  EXPECT_EQ(fakes::misfits("text", schema, document_, fakes::Author::kOurs).size(), 1U);
}

}  // namespace
}  // namespace sluice::testing
