// The fake host does what a test tells it: time, HTTP, state, settings, services.
#include <sluice/http.hpp>
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

namespace sluice::sdk_tests {
namespace {

using namespace std::chrono_literals;
using sluice::testing::chunk_of;
using sluice::testing::HttpCall;
using sluice::testing::HttpReply;
using sluice::testing::Page;
using sluice::testing::Stage;

constexpr auto kSchema = sluice::object(
    sluice::text("url").required(), sluice::duration("pause").otherwise("2s"),
    sluice::bytes("room").otherwise("64KiB"), sluice::integer("size").range(1, 9).otherwise(3),
    sluice::choice("mode", R"(["a","b"])").otherwise("a"));

// Asks its far end once a batch and once every pause, and answers one route.
class Asker final : public sluice::Component, public sluice::Transform {
 public:
  sluice::Status configure(sluice::Config c) override {
    url_ = c.text("/url");
    pause_ = std::chrono::milliseconds(c.integer("/pause"));
    room_ = c.integer("/room");
    asked_ = {host(), SLUICE_COUNTER, "asked_total", "Requests"};
    return routes_.add(host(), "POST", "/echo/{name}", [](sluice::HttpExchange x) {
      const std::string body =
          std::string(x.param("name")) + " " + std::string(x.body()) + " " + std::string(x.query());
      x.respond(201, "text/plain", body);
    });
  }
  sluice::Status start() override {
    timer_ = sluice::Timer(host(), pause_, pause_, [this] { ++ticks; });
    return sluice::State(host()).put("room", std::to_string(room_));
  }
  void stop() override { timer_.cancel(); }
  sluice::Status process(sluice::Batch& batch) override {
    asked_.add();
    sluice::HttpRequest request;
    request.url = url_;
    request.timeout = 5s;
    const auto answer = sluice::HttpClient(host()).fetch(request);
    if (answer.status == 0) return sluice::Status::retry(answer.body);
    for (uint32_t i = 0; i < batch.size(); ++i) {
      if (batch[i].text().empty()) {
        batch.drop(i);
        continue;
      }
      batch.emit_slice(i, 0, 1, 0);
      batch[i].set_meta("answer", sluice::text_value(answer.body));
    }
    return {};
  }
  static inline std::atomic<int> ticks = 0;

 private:
  std::string url_;
  std::chrono::milliseconds pause_{};
  int64_t room_ = 0;
  sluice::Metric asked_;
  sluice::HttpRoutes routes_;
  sluice::Timer timer_;
};

constexpr sluice_descriptor kAsker = sluice::component<Asker>(
    {.id = "test.asker", .version = "1.0.0", .summary = "Asks.", .config_schema = kSchema.c_str()});
constexpr const char* kUrl = R"({"url":"http://far.test/"})";

TEST(FakeHost, ChecksSettingsByTheSchema) {
  const auto refusal = [](const char* settings) { return Stage(settings, kAsker).configure(); };
  EXPECT_EQ(refusal("{}"), "the settings: \"url\" is missing");
  EXPECT_EQ(refusal(R"({"url":"u","sise":3})"), "the settings: there is no setting \"sise\"");
  EXPECT_EQ(refusal(R"({"url":3})"), "/url: expected \"string\", got 3");
  EXPECT_EQ(refusal(R"({"url":"u","size":10})"), "/size: must be at most 9");
  EXPECT_EQ(refusal(R"({"url":"u","mode":"c"})"), R"(/mode: expected one of ["a","b"], got "c")");
  EXPECT_EQ(refusal(R"({"url":"u","pause":"soon"})"), "/pause: is not a duration");
  EXPECT_EQ(refusal(R"({"url":"u",})"), "not JSON: a string is missing, at \"}\"");
  EXPECT_EQ(refusal(R"({"url":"u","pause":"1h30m","room":"2MiB"})"), "");
}

TEST(FakeHost, FillsInDefaultsInUnits) {
  Stage stage(kUrl, kAsker);
  EXPECT_EQ(stage.start(), "");
  EXPECT_EQ(stage.host().state().at("room"), "65536");
  EXPECT_EQ(stage.finish(), "");
}

TEST(FakeHost, TurnsTheClockByHand) {
  Asker::ticks = 0;
  Stage stage(kUrl, kAsker);
  EXPECT_EQ(stage.start(), "");
  stage.host().advance(1999ms);
  EXPECT_EQ(Asker::ticks, 0);
  stage.host().advance(1ms);
  EXPECT_EQ(Asker::ticks, 1);
  stage.host().advance(10s);
  EXPECT_EQ(Asker::ticks, 6);
  stage.stop();
  stage.host().advance(10s);
  EXPECT_EQ(Asker::ticks, 6);
}

TEST(FakeHost, GivesBackVerdictsRecordsAndChildren) {
  Stage stage(kUrl, kAsker);
  EXPECT_EQ(stage.start(), "");
  stage.host().set_far_end([](const HttpCall& call) {
    EXPECT_EQ(call.url, "http://far.test/");
    return HttpReply{.status = 200, .body = "42"};
  });
  const auto out = stage.run({{.id = "a", .text = "tea"}, {.id = "b"}});
  ASSERT_TRUE(out.is_completed);
  EXPECT_EQ(out[0].verdict, SLUICE_OK);
  EXPECT_EQ(out[0].record.meta.at("answer").text(), "42");
  ASSERT_EQ(out[0].children.size(), 1U);
  EXPECT_EQ(out[0].children[0].id, "a#0");
  EXPECT_EQ(out[0].children[0].text, "t");
  EXPECT_EQ(out[1].verdict, SLUICE_DROPPED);
  EXPECT_EQ(stage.host().metric("asked_total"), 1);
  EXPECT_EQ(stage.finish(), "");
}

TEST(FakeHost, AnswersNothingUnlessItIsTold) {
  Stage stage(kUrl, kAsker);
  EXPECT_EQ(stage.start(), "");
  const auto out = stage.run({{.text = "tea"}});
  EXPECT_EQ(out[0].verdict, SLUICE_E_RETRY);
  EXPECT_EQ(out[0].why, "nothing answers at http://far.test/");
  EXPECT_EQ(stage.finish(), "");
}

TEST(FakeHost, EndsARequestAtItsTimeout) {
  sluice::testing::FakeHost host;
  host.core().books.enter(sluice::testing::Phase::kWork);
  host.set_far_end([](const HttpCall&) { return HttpReply{.status = 200, .after = 10s}; });
  const sluice::Host face(host.raw());
  sluice_status why = SLUICE_OK;
  sluice::HttpRequest request;
  request.timeout = 5s;
  sluice::HttpClient(face).send(request, [&](const sluice::HttpResponse& r) { why = r.why; });
  host.advance(4999ms);
  EXPECT_EQ(why, SLUICE_OK);
  host.advance(1ms);
  EXPECT_EQ(why, SLUICE_E_TIMEOUT);
}

TEST(FakeHost, ReachesTheRoutesOfTheComponent) {
  Stage stage(kUrl, kAsker);
  EXPECT_EQ(stage.start(), "");
  const auto reply = stage.host().request(
      {.method = "POST", .url = "/plugins/stage/echo/me?x=1", .body = "hello"});
  EXPECT_EQ(reply.status, 201U);
  EXPECT_EQ(reply.body, "me hello x=1");
  EXPECT_EQ(stage.host().request({.url = "/plugins/stage/echo/me"}).status, 0U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(FakeHost, LacksWhatAnOlderHostLacks) {
  Stage stage(kUrl, kAsker, {.missing = {SLUICE_IFACE_HTTP_SERVER}});
  EXPECT_EQ(stage.configure(), "this host has no HTTP server");
}

TEST(FakeHost, GivesAChunkItsDocumentsGroupAndId) {
  const Page document{.id = "doc", .text = "one two", .meta = {{"title", "T"}}, .group = "crawl"};
  const Page chunk = chunk_of(document, 1, "two");
  EXPECT_EQ(chunk.id, "doc#1");
  EXPECT_EQ(chunk.offset, 4U);
  sluice::testing::FakeHost host;
  auto* batch = host.core().records.lend({chunk});
  const sluice::Host face(host.raw());
  const sluice::Record record(sluice::testing::detail::handle(batch->slots[0].record), face);
  EXPECT_EQ(record.document_id(), "doc");
  EXPECT_EQ(record.group(), "crawl");
  EXPECT_EQ(record.ordinal(), 1U);
  EXPECT_EQ(record.meta_text("title"), "T");
}

}  // namespace
}  // namespace sluice::sdk_tests
