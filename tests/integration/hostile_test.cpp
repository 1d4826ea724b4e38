// Input that means no good: each gets its answer, and the host goes on serving.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

// At the end the host takes a page and finds it, whatever was sent before.
class Hostile : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  void TearDown() override {
    ASSERT_TRUE(host_.process().is_running()) << host_.process().err();
    const TestPage page = PageMaker("after").make();
    ASSERT_EQ(deliver(host_.http(), Crawl("after").page(page)).status, 202U);
    EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
  }

  unsigned deliver_text(std::string body) { return deliver(host_.http(), std::move(body)).status; }
  // A page with this text between the quotes of its Markdown, as it is.
  static std::string page_with(const std::string& escaped_markdown, const std::string& id) {
    return R"({"success":true,"type":"crawl.page","id":"hostile","data":[{"markdown":")" +
           escaped_markdown + R"(","metadata":{"url":"https://hostile.example/)" + id +
           R"(","statusCode":200}}]})";
  }
  static std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  }

  TestHost host_;
};

TEST_F(Hostile, RefusesWhatIsNotJson) {
  for (const char* body :
       {"", " ", "nonsense", "{", "{\"a\":}", "{'a':1}", "{\"a\":1}x", "\"a\"", "NaN",
        "{\"type\":\"crawl.page\",\"id\":\"x\",\"data\":[}", "\xEF\xBB\xBF{}"}) {
    const Answer answer = deliver(host_.http(), std::string(body));
    EXPECT_TRUE(answer.status == 400 || answer.status == 422) << body << ": " << answer;
    EXPECT_TRUE(answer.json()["detail"].is_string()) << body;
    EXPECT_NE(host_.http().send("POST", "/api/search", body).status, 200U) << body;
  }
}

TEST_F(Hostile, RefusesAHundredThousandLevels) {
  const std::string deep = nested(100'000);
  EXPECT_EQ(deliver_text(deep), 400U);
  EXPECT_EQ(deliver_text(R"({"type":"crawl.page","id":"x","data":)" + deep + "}"), 400U);
  EXPECT_EQ(host_.http().send("POST", "/api/search", R"({"query":"a","x":)" + deep + "}").status,
            400U);
  EXPECT_EQ(deliver_text(std::string(100'000, '[')), 400U);
  EXPECT_EQ(deliver_text(std::string(100'000, '{')), 400U);
}

TEST_F(Hostile, CountsSixtyFourLevelsAndNotOneMore) {
  const auto event = [](std::size_t depth) {
    return R"({"type":"crawl.started","id":"deep","extra":)" + nested(depth - 1) + "}";
  };
  EXPECT_EQ(deliver_text(event(64)), 200U);
  EXPECT_EQ(deliver_text(event(65)), 400U);
  const auto search = [&](std::size_t depth) {
    const std::string body = R"({"query":"a","extra":)" + nested(depth - 1) + "}";
    return host_.http().send("POST", "/api/search", body).status;
  };
  EXPECT_EQ(search(64), 200U);
  EXPECT_EQ(search(65), 400U);
}

TEST_F(Hostile, TakesSixtyMegabytesWithinBounds) {
  TestPage page = PageMaker("large").make();
  json event = Crawl("large").page(page);
  event["data"][0]["rawHtml"] = std::string(60 * kMiB, 'x');

  const Answer answer = deliver(host_.http(), event);

  ASSERT_EQ(answer.status, 202U) << answer.body.substr(0, 500);
  EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
  EXPECT_LT(host_.process().resident_mib(), 700U * SLUICE_PATIENCE);
}

TEST_F(Hostile, RefusesABodyOverTheDefaultLimit) {
  EXPECT_EQ(deliver_text(std::string(65 * kMiB, ' ')), 413U);
}

TEST_F(Hostile, ReplacesWhatIsNoText) {
  EXPECT_EQ(deliver_text(page_with(R"(nul \u0000 nulword)", "nul")), 202U);
  EXPECT_EQ(deliver_text(page_with(R"(lone \ud800 loneword \udc00)", "lone")), 202U);
  EXPECT_EQ(deliver_text(page_with("a raw\xFFpart", "raw")), 400U);
  EXPECT_EQ(deliver_text(page_with(std::string("a raw\0nul", 9), "rawnul")), 400U);
  EXPECT_EQ(deliver_text(page_with("\xED\xA0\x80", "surrogate")), 400U);
  EXPECT_EQ(deliver_text(page_with("\xC0\xAF", "overlong")), 400U);
  EXPECT_TRUE(eventually([&] { return host_.finds_one("nulword"); }));
  EXPECT_TRUE(eventually([&] { return host_.finds_one("loneword"); }));
}

TEST_F(Hostile, NamesAPageWithoutAddress) {
  const Crawl crawl("hostile");
  json event = crawl.event("crawl.page", {{{"markdown", "text"}, {"metadata", {{"title", "t"}}}}});
  EXPECT_EQ(deliver(host_.http(), event).json()["status"], "failed");
  event["data"][0]["metadata"]["url"] = std::string(20'000, 'a');
  EXPECT_EQ(deliver(host_.http(), event).json()["status"], "failed");
  event["data"][0]["metadata"]["url"] = "www.hostile.example/without-scheme";
  EXPECT_EQ(deliver(host_.http(), event).json()["status"], "failed");
  event["data"][0]["metadata"]["url"] = "javascript:alert(1)";
  EXPECT_EQ(deliver(host_.http(), event).json()["status"], "failed");
}

TEST_F(Hostile, IndexesPagesThatAreHardToCut) {
  PageMaker maker("hard");
  std::vector<TestPage> pages = maker.make(5);
  pages[0].markdown = std::string(kMiB, 'x') + " " + pages[0].word;
  pages[1].markdown = std::string(50'000, '>') + " " + pages[1].word;
  pages[2].markdown = "```\n" + std::string(200'000, '`') + "\n" + pages[2].word;
  pages[3].markdown = std::string(100'000, '|') + "\n" + pages[3].word;
  for (int i = 0; i < 20'000; ++i) pages[4].markdown += "e\xCC\x81\xCC\x81";
  const Crawl crawl("hard");
  for (const auto& page : pages) ASSERT_EQ(deliver(host_.http(), crawl.page(page)).status, 202U);
  EXPECT_EQ(host_.await_quiet(crawl.id())["indexed"], pages.size());
  for (const auto& page : pages) EXPECT_EQ(host_.found(page.word), 1U) << page.word;
}

TEST_F(Hostile, OutlivesThousandsOfOddRequests) {
  constexpr int kRequests = 3000;
  std::mt19937_64 random(20'240'601);
  const std::string whole = Crawl("odd").page(PageMaker("odd").make()).dump();
  const std::size_t before = host_.process().resident_mib();
  for (int i = 0; i < kRequests; ++i) {
    std::string body = whole;
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    if (i % 3 == 0) body.resize(random() % body.size());
    const Answer answer = i % 2 == 0 ? deliver(host_.http(), std::move(body))
                                     : host_.http().send("POST", "/api/search", std::move(body));
    ASSERT_GE(answer.status, 200U) << i;
    ASSERT_LT(answer.status, 500U) << i << ": " << answer;
  }
  EXPECT_LT(host_.process().resident_mib(), before + 200U * SLUICE_PATIENCE);
}

TEST(HostileLimit, RefusesABodyOverTheConfiguredLimit) {
  TestHost host({.http = ", max_body: 1MiB"});
  host.start();
  EXPECT_EQ(deliver(host.http(), std::string(60 * kMiB, ' ')).status, 413U);
  EXPECT_EQ(deliver(host.http(), std::string(kMiB + 1, ' ')).status, 413U);
  EXPECT_EQ(deliver(host.http(), std::string(kMiB, ' ')).status, 400U);  // read, and not JSON
  EXPECT_TRUE(host.process().is_running());
}

}  // namespace
}  // namespace sluice::testing
