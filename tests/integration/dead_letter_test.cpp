// Dead letters: what was given up is listed with its reason, shown, replayed, dropped.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

// The moody sink rejects pages with "nogoword"; with another setting it takes them.
class DeadLetterTest : public ::testing::Test {
 protected:
  // Three pages of the crawl, one of them refused.
  void fill(const std::string& id) {
    PageMaker maker(id);
    const Crawl crawl(id);
    bad_ = maker.make();
    bad_.markdown = "# " + bad_.title + "\n\n" + bad_.word + " nogoword.\n";
    ASSERT_EQ(deliver(host_.http(), crawl.pages({maker.make(), bad_, maker.make()})).status, 202U);
    ASSERT_EQ(deliver(host_.http(), crawl.completed()).status, 200U);
    host_.await_crawl(id);
  }
  json letters(const std::string& query = {}) {
    return host_.http().get("/api/dead-letters" + query).json();
  }

  TestHost host_{{.moody = "reject_word: nogoword"}};
  TestPage bad_;
};

TEST_F(DeadLetterTest, IsListedWithItsReasonAndShownWithItsPage) {
  host_.start();
  EXPECT_EQ(letters(),
            json({{"items", json::array()}, {"total", 0}, {"limit", 20}, {"offset", 0}}));
  fill("c1");
  const json list = letters();
  ASSERT_EQ(list["total"], 1) << list;
  const json& item = list["items"][0];
  EXPECT_EQ(item["url"], bad_.url);
  EXPECT_EQ(item["crawl_id"], "c1");
  EXPECT_EQ(item["stage"], "moody");
  EXPECT_EQ(item["attempts"], 1);
  EXPECT_FALSE(item["reason"].get<std::string>().empty());
  EXPECT_FALSE(item.contains("record"));
  const json one =
      host_.http().get("/api/dead-letters/" + std::to_string(item["id"].get<int>())).json();
  EXPECT_EQ(one["record"]["markdown"], bad_.markdown) << one;
  EXPECT_EQ(one["record"]["metadata"]["title"], bad_.title);
  EXPECT_EQ(letters("?stage=words")["total"], 0);
  EXPECT_EQ(letters("?crawl_id=c1&stage=moody")["total"], 1);
  EXPECT_EQ(host_.http().get("/api/dead-letters?limit=0").status, 422U);
  EXPECT_EQ(host_.http().get("/api/dead-letters/999").status, 404U);
  EXPECT_EQ(host_.http().get("/api/dead-letters/x").status, 404U);
}

TEST_F(DeadLetterTest, IsReplayedOnceAndCountsAsIndexed) {
  host_.start();
  fill("c1");
  const auto id = std::to_string(letters()["items"][0]["id"].get<int>());
  host_.set_file({.moody = "reject_word: someotherword"});
  host_.restart(SIGTERM);

  const Answer replayed = host_.http().post("/api/dead-letters/" + id + "/replay", json::object());

  EXPECT_EQ(replayed.status, 202U) << replayed;
  EXPECT_EQ(replayed.json()["status"], "queued");
  const json ledger = host_.await_crawl("c1");
  EXPECT_EQ(ledger["indexed"], 3) << ledger;
  EXPECT_EQ(ledger["failed"], 0) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  EXPECT_TRUE(host_.finds_one(bad_.word));
  EXPECT_EQ(letters()["total"], 0);
  EXPECT_EQ(host_.http().post("/api/dead-letters/" + id + "/replay", json::object()).status, 404U);
}

TEST_F(DeadLetterTest, ComesBackWhenItFailsAgain) {
  host_.start();
  fill("c1");
  const auto id = std::to_string(letters()["items"][0]["id"].get<int>());
  ASSERT_EQ(host_.http().post("/api/dead-letters/" + id + "/replay", json::object()).status, 202U);
  EXPECT_TRUE(eventually([&] { return letters()["total"] == 1; }));
  const json ledger = host_.await_crawl("c1");
  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
}

TEST_F(DeadLetterTest, GoesAwayWhenALaterVersionIsIndexed) {
  host_.start();
  fill("c1");
  ASSERT_EQ(letters()["total"], 1);
  bad_.markdown = "# Later\n\nlaterword.\n";
  ASSERT_EQ(deliver(host_.http(), Crawl("c2").page(bad_)).status, 202U);
  EXPECT_EQ(host_.await_quiet("c2")["indexed"], 1);
  EXPECT_EQ(letters()["total"], 0);
  EXPECT_EQ(host_.crawl("c1")["failed"], 1);
}

TEST_F(DeadLetterTest, ReplayedBesideALaterVersionStaysBehindIt) {
  const std::string gate = (host_.folder() / "held").string();
  host_.start();
  fill("c1");
  const auto id = std::to_string(letters()["items"][0]["id"].get<int>());
  host_.set_file({.moody = "hold_while: " + gate});
  host_.restart(SIGTERM);
  std::ofstream(gate) << "wait";
  TestPage later = bad_;
  later.markdown = "# Later\n\nlaterword.\n";
  ASSERT_EQ(deliver(host_.http(), Crawl("c2").page(later)).status, 202U);
  ASSERT_EQ(host_.http().post("/api/dead-letters/" + id + "/replay", json::object()).status, 202U);
  std::filesystem::remove(gate);

  EXPECT_EQ(host_.await_quiet("c2")["indexed"], 1);
  EXPECT_EQ(host_.await_quiet("c1")["skipped"], 1);
  EXPECT_EQ(host_.found("laterword"), 1U);
  EXPECT_EQ(host_.found("nogoword"), 0U);
}

TEST_F(DeadLetterTest, IsDropped) {
  host_.start();
  fill("c1");
  const auto id = std::to_string(letters()["items"][0]["id"].get<int>());
  EXPECT_EQ(host_.http().send("DELETE", "/api/dead-letters/" + id).status, 200U);
  EXPECT_EQ(host_.http().send("DELETE", "/api/dead-letters/" + id).status, 404U);
  EXPECT_EQ(letters()["total"], 0);
}

TEST_F(DeadLetterTest, IsHandledFromTheCommandLine) {
  host_.start();
  fill("c1");
  fill("c2");
  const std::string url = host_.http().base_url();
  const auto list = run_sluice({"dlq", "ls", "--url", url});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_NE(list.out.find("moody"), std::string::npos) << list.out;
  const auto filtered =
      run_sluice({"dlq", "ls", "--crawl-id", "c2", "--url", url, "--output", "json"});
  ASSERT_EQ(json::parse(filtered.out)["total"], 1) << filtered.out;
  const auto id = std::to_string(json::parse(filtered.out)["items"][0]["id"].get<int>());
  const auto shown = run_sluice({"dlq", "show", id, "--url", url});
  EXPECT_NE(shown.out.find("nogoword"), std::string::npos) << shown.out;
  EXPECT_EQ(run_sluice({"dlq", "replay", "--url", url}).exit_code, 2);
  const auto dropped = run_sluice({"dlq", "drop", "--all", "--url", url});
  EXPECT_EQ(dropped.exit_code, 0) << dropped.err;
  EXPECT_EQ(letters()["total"], 0);
  EXPECT_EQ(run_sluice({"dlq", "drop", id, "--url", url}).exit_code, 1);
}

}  // namespace
}  // namespace sluice::testing
