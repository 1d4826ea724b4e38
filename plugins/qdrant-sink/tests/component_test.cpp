// The component: settings, what it writes, what it refuses, what it says of itself.
#include "sink_box.hpp"

#include "fakes/server/server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <thread>

namespace qdrant_sink {
namespace {

using nlohmann::json;
using sluice::data::MetaValue;

// An embedder whose vectors have three dimensions.
class Embedder final : public sluice::Component, public sluice::Embed {
 public:
  uint32_t dimension() const noexcept override { return 3; }
  sluice::Status embed(std::span<const sluice_str>, uint32_t, std::span<float> out) override {
    std::fill(out.begin(), out.end(), 1.0F);
    return {};
  }
};
constexpr sluice_descriptor kEmbedder = sluice::component<Embedder>(
    {.id = "org.test.embedder", .version = "1", .summary = "Three dimensions"});

std::string refusal(const std::string& text) {
  StageBox box(text);
  return box.configure().value_or("none");
}

json payload(const FakeQdrant& qdrant, std::size_t i = 0) {
  return json::parse(qdrant.payloads("docs").at(i));
}

// A collection as somebody else made it.
void make_collection(const FakeQdrant& qdrant, const json& config) {
  sluice::net::EventLoop loop(1);
  sluice::net::Client client(loop);
  const auto made = client.fetch({.method = "PUT",
                                  .url = qdrant.url() + "/collections/docs",
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = config.dump()});
  ASSERT_EQ(made.status, 200U) << made.body;
}

TEST(QdrantSink, RefusesSettingsThatCannotWork) {
  EXPECT_NE(refusal("collection: docs").find("url"), std::string::npos);
  EXPECT_NE(refusal("url: http://h").find("collection"), std::string::npos);
  EXPECT_NE(refusal("url: http://h\ncollection: docs\ndistance: cosine").find("Cosine"),
            std::string::npos);
  EXPECT_NE(refusal("url: http://h\ncollection: ''").find("collection"), std::string::npos);
  EXPECT_NE(refusal("url: http://me:geheim@h\ncollection: d").find("use 'api_key'"),
            std::string::npos);
  EXPECT_NE(refusal("url: http://h\ncollection: d\nmax_bytes: 0").find("/max_bytes"),
            std::string::npos);
  EXPECT_EQ(refusal("url: https://h:6333\ncollection: d\nquantization: int8\non_disk: true\n"
                    "wait: false\nmax_points: 10\nmax_bytes: 1MiB\nvector: v\napi_key: k"),
            "none");
}

TEST(QdrantSink, MakesTheCollectionWithTheFirstVector) {
  FakeQdrant qdrant({.strictness = sluice::fakes::Strictness::kStrict});
  const auto box = started(qdrant, "on_disk: true\nquantization: int8\n");
  EXPECT_EQ(qdrant.counters().collections_made, 0U);
  write(*box, batch(page("https://e.example/", {3, 4})));
  EXPECT_EQ(qdrant.counters().collections_made, 1U);
  EXPECT_EQ(qdrant.counters().indexes_made, 8U);
  EXPECT_EQ(qdrant.points("docs"), 1U);
}

TEST(QdrantSink, WritesFlatPayloadsUnderStableIds) {
  FakeQdrant qdrant;
  const auto box = started(qdrant);
  RecordRef document = page("https://docs.example.test/cafe", {}, "Caf\xC3\xA9 \"\xFF\"");
  document->own_meta.set("title", MetaValue::of("A \"B\""));
  document->own_meta.set("is_mobile", {SLUICE_BOOL, 1, 0, {}});
  document->own_meta.set("status_code", {SLUICE_I64, 200, 0, {}});
  document->own_meta.set("weight", {SLUICE_F64, 0, 0.5, {}});
  document->own_meta.set("scraped_at", {SLUICE_TIME, 1'700'000'000'123'456'789, 0, {}});
  document->own_meta.set("tags", {SLUICE_JSON, 0, 0, R"({"a":[1,2]})"});
  document->own_meta.set("broken", {SLUICE_JSON, 0, 0, "{"});
  document->own_meta.set("text", MetaValue::of("not this"));
  RecordRef first = chunk(document, 0, {3, 4});
  first->own_meta.set("heading_path", MetaValue::of("A > B"));
  write(*box, batch(std::move(first), chunk(document, 1, {0, 1})));
  ASSERT_EQ(qdrant.points("docs"), 2U);
  const auto ids = qdrant.ids("docs");
  const bool is_first = ids[0] == "4e17495c-8ad8-51a6-bc63-b280a94eb4a3";
  EXPECT_TRUE(is_first || ids[1] == "4e17495c-8ad8-51a6-bc63-b280a94eb4a3");
  EXPECT_EQ(payload(qdrant, is_first ? 0 : 1),
            json({{"document_id", "https://docs.example.test/cafe"},
                  {"ordinal", 0},
                  {"text", "Caf\xC3\xA9 \"\xEF\xBF\xBD\""},
                  {"title", "A \"B\""},
                  {"is_mobile", true},
                  {"status_code", 200},
                  {"weight", 0.5},
                  {"scraped_at", "2023-11-14T22:13:20.123Z"},
                  {"tags", {{"a", {1, 2}}}},
                  {"broken", "{"},
                  {"heading_path", "A > B"}}));
  EXPECT_EQ(payload(qdrant, is_first ? 1 : 0)["ordinal"], 1);
}

TEST(QdrantSink, WritingAgainReplacesAndTrimTakesTheRest) {
  FakeQdrant qdrant;
  const auto box = started(qdrant);
  RecordRef document = page("d", {}, "old");
  write(*box, batch(chunk(document, 0, {1, 0}), chunk(document, 1, {1, 0}),
                    chunk(document, 2, {1, 0}), page("e", {1, 0})));
  EXPECT_EQ(qdrant.points("docs"), 4U);
  RecordRef shorter = page("d", {}, "new");
  write(*box, batch(chunk(shorter, 0, {0, 1})));
  EXPECT_EQ(qdrant.points("docs"), 4U);
  write(*box, batch(trim("d", 1), trim("e", 1)));
  EXPECT_EQ(qdrant.points("docs"), 2U);
  EXPECT_EQ(qdrant.counters().removals, 1U);  // both in one request
  write(*box, batch(deletion("d")));
  ASSERT_EQ(qdrant.points("docs"), 1U);
  EXPECT_EQ(payload(qdrant)["document_id"], "e");
}

TEST(QdrantSink, RequestsStayWithinTheirBounds) {
  FakeQdrant qdrant;
  const auto box = started(qdrant, "max_points: 10\n");
  std::vector<RecordRef> records;
  records.reserve(95);
  for (int i = 0; i < 95; ++i) records.push_back(page("d" + std::to_string(i), {1, 0}));
  write(*box, std::move(records));
  EXPECT_EQ(qdrant.points("docs"), 95U);
  EXPECT_EQ(qdrant.counters().upserts, 10U);
  EXPECT_EQ(qdrant.counters().largest_upsert, 10U);
}

TEST(QdrantSink, RefusesToStartOnWhatCannotFit) {
  FakeQdrant qdrant;
  make_collection(qdrant, {{"vectors", {{"dense", {{"size", 2}, {"distance", "Dot"}}}}}});
  StageBox box(yaml(qdrant));
  ASSERT_EQ(box.configure().value_or("none"), "none");
  const auto outcome = box.start();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, sluice::Fault::kConfig);
  EXPECT_NE(outcome.error().message.find("measures distance by Dot, not Cosine"),
            std::string::npos);
}

TEST(QdrantSink, MakesTheCollectionAtStartWhereTheHostNamesTheEmbedder) {
  FakeQdrant qdrant;
  StageBox box(yaml(qdrant));
  box.add_peer("", kEmbedder);
  ASSERT_EQ(box.configure().value_or("none"), "none");
  ASSERT_TRUE(box.start());
  EXPECT_EQ(qdrant.counters().collections_made, 1U);
  write(box, batch(page("d", {1, 0, 0})));
}

TEST(QdrantSink, RefusesToStartOnACollectionOfAnotherDimension) {
  FakeQdrant qdrant;
  make_collection(qdrant, {{"vectors", {{"dense", {{"size", 2}, {"distance", "Cosine"}}}}}});
  StageBox box(yaml(qdrant));
  box.add_peer("", kEmbedder);
  ASSERT_EQ(box.configure().value_or("none"), "none");
  const auto outcome = box.start();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, sluice::Fault::kConfig);
  EXPECT_NE(outcome.error().message.find("holds vectors of 2 dimensions, but the embedder makes 3"),
            std::string::npos);
}

TEST(QdrantSink, RefusesToStartWithoutACollectionThatItMayNotMake) {
  FakeQdrant qdrant;
  StageBox box(yaml(qdrant, "create: false\n"));
  ASSERT_EQ(box.configure().value_or("none"), "none");
  const auto outcome = box.start();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("make it, or set 'create: true'"), std::string::npos);
}

TEST(QdrantSink, VectorsOfAnotherDimensionWaitForSomebodyToMendIt) {
  FakeQdrant qdrant;
  make_collection(qdrant, {{"vectors", {{"dense", {{"size", 3}, {"distance", "Cosine"}}}}}});
  const auto box = started(qdrant);
  for (int i = 0; i < 5; ++i) {
    const auto verdicts = box->write(batch(page("d", {1, 0})));
    EXPECT_EQ(verdicts[0].status, SLUICE_E_AGAIN);
    EXPECT_EQ(verdicts[0].retry_after_ms, 30'000U);
    EXPECT_NE(verdicts[0].message.find("holds vectors of 3 dimensions, but the embedder makes 2"),
              std::string::npos);
  }
  EXPECT_EQ(box->lines_with("holds vectors of 3 dimensions"), 1U);
  qdrant.drop_collection("docs");
  write(*box, batch(page("d", {1, 0})));
  EXPECT_EQ(box->lines_with("Qdrant answers again"), 1U);
}

TEST(QdrantSink, TakesACollectionWhoseVectorsHaveNoNames) {
  FakeQdrant qdrant;
  make_collection(qdrant, {{"vectors", {{"size", 2}, {"distance", "Cosine"}}}});
  const auto box = started(qdrant);
  write(*box, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant.points("docs"), 1U);
  EXPECT_EQ(qdrant.counters().indexes_made, 8U);
}

TEST(QdrantSink, SeveralWorkersMakeOneCollection) {
  FakeQdrant qdrant;
  const auto box = started(qdrant);
  std::vector<std::thread> workers;
  workers.reserve(4);
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&, w] {
      for (int i = 0; i < 10; ++i)
        write(*box, batch(page("d" + std::to_string(w) + "-" + std::to_string(i), {1, 0})));
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(qdrant.points("docs"), 40U);
  EXPECT_EQ(qdrant.counters().collections_made, 1U);
  EXPECT_EQ(qdrant.counters().indexes_made, 8U);
}

TEST(QdrantSink, SpeaksTlsAndGivesItsKey) {
  FakeQdrant qdrant({.api_key = "geheim", .server = {.security = sluice::fakes::Security::kTls}});
  StageBox box(yaml(qdrant, "api_key: geheim\n"), qdrant.server().certificate_file());
  ASSERT_EQ(box.configure().value_or("none"), "none");
  ASSERT_TRUE(box.start());
  write(box, batch(page("d", {1, 0})));
  EXPECT_EQ(qdrant.points("docs"), 1U);
  EXPECT_EQ(box.lines_with("geheim"), 0U);
}

TEST(QdrantSink, ProbesWithoutBeingStarted) {
  FakeQdrant qdrant({.api_key = "right"});
  const auto probed = [&](const std::string& more) {
    StageBox box(yaml(qdrant, more));
    EXPECT_EQ(box.configure().value_or("none"), "none");
    return box.probe();
  };
  EXPECT_EQ(probed("api_key: right\n"), "fine");
  EXPECT_NE(probed("api_key: wrong\n").find("refuses the key; correct 'api_key'"),
            std::string::npos);
  EXPECT_NE(probed("").find("wants a key; set 'api_key'"), std::string::npos);
  qdrant.server().stop();
  EXPECT_NE(probed("api_key: right\n").find("cannot be reached"), std::string::npos);
}

}  // namespace
}  // namespace qdrant_sink
