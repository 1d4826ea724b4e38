#include "app/client_verbs.hpp"

#include "temporary_site.hpp"
#include "webhook_server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace sluice::app {
namespace {

struct Ran {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// As main does it.
Ran run(std::vector<std::string> words) {
  CLI::App app;
  Ran ran;
  add_feed(app, ran.exit_code);
  add_search(app, ran.exit_code);
  add_status(app, ran.exit_code);
  add_crawls(app, ran.exit_code);
  add_dlq(app, ran.exit_code);
  add_reload(app, ran.exit_code);
  std::reverse(words.begin(), words.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    ran.exit_code = app.exit(error) == 0 ? 0 : 2;
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

TEST(FeedVerb, SendsAWholeCrawl) {
  WebhookServer server(
      [](const net::Request&) { return net::json_response(202, R"({"status":"queued"})"); });
  const TemporarySite site;
  site.write("a.md", "# A");
  site.write("b.md", "# B");
  const Ran ran =
      run({"feed", server.url(), site.path().string(), "--crawl-id", "c1", "--output", "json"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const auto summary = nlohmann::json::parse(ran.out);
  EXPECT_EQ(summary["pages_sent"], 2);
  EXPECT_EQ(summary["accepted"], 2);
  EXPECT_EQ(summary["crawl_id"], "c1");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(nlohmann::json::parse(requests.front().body)["type"], "crawl.started");
  EXPECT_EQ(nlohmann::json::parse(requests.back().body)["type"], "crawl.completed");
}

TEST(FeedVerb, LeavesTheCrawlOpenIfToldTo) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  const TemporarySite site;
  site.write("a.md", "# A");
  EXPECT_EQ(run({"feed", server.url(), site.path().string(), "--no-close"}).exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(server.requests().back().body)["type"], "crawl.page");
}

TEST(FeedVerb, ABadLineIsNamedAndTheRestIsSent) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  const TemporarySite site;
  const auto lines = site.write(
      "p.jsonl", "nonsense\n{\"markdown\":\"x\",\"metadata\":{\"url\":\"https://e.test/\"}}\n");
  const Ran ran = run({"feed", server.url(), lines});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.err, "sluice: " + lines + ":1: this line is not JSON\n");
  EXPECT_EQ(ran.out.substr(0, ran.out.find('\n')), "pages sent  1");
}

TEST(FeedVerb, SaysWhenTheSecretIsWrong) {
  WebhookServer server(
      [](const net::Request&) { return net::error_response(401, "the signature is wrong"); });
  const TemporarySite site;
  const auto page = site.write("a.md", "# A");
  const Ran ran = run({"feed", server.url(), page, "--secret", "x"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.err,
            "sluice: " + server.url() +
                " does not take the crawl: the host answered HTTP 401: the signature is wrong\n");
  EXPECT_EQ(server.requests().size(), 1U) << "nothing more is tried";
}

TEST(FeedVerb, WrongUsageIsTwo) {
  const TemporarySite site;
  const auto page = site.write("a.md", "# A");
  const std::string url = "http://127.0.0.1:1/";
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"feed"},
           {"feed", url},
           {"feed", "not-a-url", page},
           {"feed", url, "/no/such/folder"},
           {"feed", url, page, "--generation", "v9"},
           {"feed", url, page, "--rate", "-1"},
           {"feed", url, page, "--rate", "fast"},
           {"feed", url, page, "--parallel", "0"},
           {"feed", url, page, "--site", "e.test"},
           {"feed", url, page, "--wait", "later"},
           {"feed", url, page, "--no-close", "--wait"},
           {"feed", url, page, "--output", "xml"},
       }) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit_code, 2) << words.back();
    EXPECT_FALSE(ran.err.empty()) << words.back();
  }
}

TEST(ClientVerbs, AnUnreachableHostIsOne) {
  const TemporarySite site;
  const auto page = site.write("a.md", "# A");
  std::string url;
  {
    const WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
    url = server.url().substr(0, server.url().rfind('/'));
  }
  for (const auto& words : std::vector<std::vector<std::string>>{{"feed", url, page},
                                                                 {"search", "x", "--url", url},
                                                                 {"status", "--url", url},
                                                                 {"crawls", "--url", url},
                                                                 {"crawls", "id", "--url", url}}) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit_code, 1) << words.front();
    EXPECT_NE(ran.err.find("no host answers at " + url), ran.err.npos) << ran.err;
    EXPECT_NE(ran.err.find("sluice run FILE"), ran.err.npos) << ran.err;
    EXPECT_TRUE(ran.out.empty());
  }
}

TEST(ClientVerbs, HelpTeachesByExample) {
  for (const char* verb : {"feed", "search", "status", "crawls"}) {
    const Ran ran = run({verb, "--help"});
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_NE(ran.out.find(std::string("Examples:\n  sluice ") + verb), ran.out.npos) << ran.out;
  }
}

}  // namespace
}  // namespace sluice::app
