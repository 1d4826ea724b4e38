// Collection: found, made, verified, and looked at once by many.
#include "collection.hpp"

#include "scripted_wire.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace qdrant_sink {
namespace {

class CollectionTest : public ::testing::Test {
 protected:
  std::string sentence(const std::variant<Shape, Fault>& outcome) {
    const auto* fault = std::get_if<Fault>(&outcome);
    return fault == nullptr ? "none" : fault->sentence;
  }

  ScriptedWire script_;
  Wire wire_ = script_.wire();
};

constexpr const char* kThere = "http://q:6333";

TEST_F(CollectionTest, MakesOneThatIsNotThereWithItsIndexes) {
  script_.then(404, error("Not found: Collection `docs` doesn't exist!"));
  script_.then(200, R"({"result":true})").then(200, info(dense(384), false));
  for (int i = 0; i < 8; ++i) script_.then(200, done());
  Collection collection(docs(), wire_);
  const auto shape = std::get<Shape>(collection.ensure(384));
  EXPECT_EQ(shape.size, 384U);
  EXPECT_EQ(shape.vector_name, "dense");
  const auto asked = script_.asked();
  ASSERT_EQ(asked.size(), 11U);
  EXPECT_EQ(asked[1], "PUT /collections/docs");
  EXPECT_EQ(script_.calls()[1].body, R"({"vectors":{"dense":{"size":384,"distance":"Cosine"}}})");
  EXPECT_EQ(asked[3], "PUT /collections/docs/index?wait=true");
  EXPECT_EQ(script_.calls()[3].body, R"({"field_name":"document_id","field_schema":"keyword"})");
  EXPECT_EQ(script_.calls()[4].body, R"({"field_name":"ordinal","field_schema":"integer"})");
  EXPECT_EQ(script_.calls()[8].body, R"({"field_name":"is_mobile","field_schema":"bool"})");
  EXPECT_EQ(script_.calls()[10].body,
            R"({"field_name":"language_ranges","field_schema":"keyword"})");
  std::get<Shape>(collection.ensure(384));
  EXPECT_EQ(script_.asked().size(), 11U);  // remembered
}

TEST_F(CollectionTest, MakesOnlyTheIndexesThatAreMissing) {
  std::string text = info(dense(2));
  const std::string domain = R"("domain":{"data_type":"keyword","points":0},)";
  text.erase(text.find(domain), domain.size());
  script_.then(200, text).then(200, done());
  Collection collection(docs(), wire_);
  EXPECT_EQ(sentence(collection.ensure(2)), "none");
  ASSERT_EQ(script_.calls().size(), 2U);
  EXPECT_EQ(script_.calls()[1].body, R"({"field_name":"domain","field_schema":"keyword"})");
}

TEST_F(CollectionTest, AnotherHostMayBeQuickerToMakeIt) {
  script_.then(404, error("x")).then(409, error("Wrong input: Collection `docs` already exists!"));
  script_.then(200, info(dense(384)));
  Collection collection(docs(), wire_);
  EXPECT_EQ(sentence(collection.ensure(384)), "none");
}

TEST_F(CollectionTest, MakesNoneWithoutAVector) {
  script_.then(404, error("x"));
  Collection collection(docs(), wire_);
  EXPECT_EQ(std::get<Shape>(collection.ensure(0)).size, 0U);
  script_.then(404, error("x")).then(200, R"({"result":true})").then(200, info(dense(3)));
  EXPECT_EQ(std::get<Shape>(collection.ensure(3)).size, 3U);  // that was not remembered
}

TEST_F(CollectionTest, MakesNoneWhenToldNotTo) {
  script_.then(404, error("x"));
  CollectionSettings settings = docs();
  settings.missing = Missing::kIsAFault;
  Collection collection(settings, wire_);
  const auto outcome = collection.ensure(384);
  EXPECT_EQ(sentence(outcome), std::string("The collection 'docs' at ") + kThere +
                                   " is not there; make it, or set 'create: true'.");
  EXPECT_EQ(std::get<Fault>(outcome).kind, Fault::Kind::kMisfit);
}

TEST_F(CollectionTest, RefusesAnotherDimension) {
  script_.then(200, info(dense(768)));
  Collection collection(docs(), wire_);
  const auto outcome = collection.ensure(384);
  EXPECT_EQ(sentence(outcome), std::string("The collection 'docs' at ") + kThere +
                                   " holds vectors of 768 dimensions, but the embedder makes 384; "
                                   "use the embedder that filled it, or another 'collection'.");
  EXPECT_EQ(std::get<Fault>(outcome).kind, Fault::Kind::kMisfit);
  EXPECT_EQ(std::get<Fault>(outcome).after, std::chrono::seconds(30));
  script_.then(200, info(dense(384)));
  EXPECT_EQ(sentence(collection.ensure(384)), "none");  // made anew meanwhile
}

TEST_F(CollectionTest, LooksAgainWhenARememberedOneDoesNotFit) {
  script_.then(200, info(dense(768)));
  Collection collection(docs(), wire_);
  EXPECT_EQ(sentence(collection.ensure(0)), "none");
  EXPECT_NE(sentence(collection.ensure(384)), "none");
  script_.then(200, info(dense(384)));
  EXPECT_EQ(sentence(collection.ensure(384)), "none");
}

TEST_F(CollectionTest, RefusesAnotherDistanceOrVector) {
  script_.then(200, info(dense(384, "Dot")));
  Collection collection(docs(), wire_);
  EXPECT_EQ(sentence(collection.ensure(384)),
            std::string("The collection 'docs' at ") + kThere +
                " measures distance by Dot, not Cosine; set 'distance', or another 'collection'.");
  script_.then(200, info(R"({"other":{"size":384,"distance":"Cosine"}})"));
  EXPECT_EQ(sentence(collection.ensure(384)),
            std::string("The collection 'docs' at ") + kThere +
                " has no vector named 'dense'; set 'vector' to one that it has, or another "
                "'collection'.");
}

TEST_F(CollectionTest, TakesOneWhoseVectorsHaveNoNames) {
  script_.then(200, info(R"({"size":384,"distance":"Cosine"})"));
  Collection collection(docs(), wire_);
  EXPECT_EQ(std::get<Shape>(collection.ensure(384)).vector_name, "");
}

TEST_F(CollectionTest, AnyNameIsOneSegmentOfThePath) {
  CollectionSettings settings = docs();
  settings.name = "a b/../\xC3\xA9";
  const Collection collection(settings, wire_);
  EXPECT_EQ(collection.target("/points"), "/collections/a%20b%2F..%2F%C3%A9/points");
}

TEST_F(CollectionTest, ForgetsWhenTold) {
  script_.then(200, info(dense(2))).then(200, info(dense(3)));
  Collection collection(docs(), wire_);
  EXPECT_EQ(std::get<Shape>(collection.ensure(2)).size, 2U);
  collection.forget();
  EXPECT_EQ(std::get<Shape>(collection.ensure(3)).size, 3U);
}

TEST_F(CollectionTest, OneLooksForAllWhoWait) {
  std::atomic<int> looks = 0;
  const Wire slow = [&](std::span<const Call>) {
    ++looks;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return std::vector<Reply>{{.status = 200, .body = info(dense(2))}};
  };
  Collection collection(docs(), slow);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { EXPECT_EQ(std::get<Shape>(collection.ensure(2)).size, 2U); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(looks, 1);
}

TEST_F(CollectionTest, AnOutageIsWaitedForOnceByAllWhoWait) {
  std::atomic<int> looks = 0;
  const Wire slow = [&](std::span<const Call>) {
    ++looks;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return std::vector<Reply>{{.way = Reply::Way::kLate}};
  };
  Collection collection(docs(), slow);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto outcome = collection.ensure(2);
      EXPECT_EQ(std::get<Fault>(outcome).kind, Fault::Kind::kLate);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(looks, 4);  // one, and whoever came late to the first
}

}  // namespace
}  // namespace qdrant_sink
