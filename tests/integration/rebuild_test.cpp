// Rebuild: stages, their settings and their plugins change on a host that runs. What is not
// concerned goes on; nothing is lost, nothing is refused; what cannot work leaves all as it was.
#include "support/patience.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

PipelineFile with_chunks_of(int tokens) {
  return {.chunk_config = "max_tokens: " + std::to_string(tokens) + ", overlap_tokens: 8"};
}

bool mentions(const Answer& answer, const std::string& text) {
  return answer.body.find(text) != std::string::npos;
}

class Rebuild : public ::testing::Test {
 protected:
  Answer reload_to(const PipelineFile& file) {
    host_.set_file(file);
    return host_.http().post("/api/pipeline/reload", json::object());
  }
  // Delivers and awaits one page; its word.
  std::string pass_one(const std::string& name) {
    const TestPage page = PageMaker(name).make();
    EXPECT_EQ(deliver(host_.http(), Crawl(name).page(page)).status, 202U);
    host_.await_quiet(name);
    return page.word;
  }
  uint64_t chunks() { return host_.stats().value("total_chunks", uint64_t{0}); }

  TestHost host_;
};

TEST_F(Rebuild, CutsPagesAnewUnderOtherSettings) {
  host_.start();
  const TestPage page = PageMaker("cut").make();
  deliver(host_.http(), Crawl("cut-1").page(page));
  host_.await_quiet("cut-1");
  const uint64_t before = chunks();

  const Answer answer = reload_to(with_chunks_of(32));

  ASSERT_EQ(answer.status, 200U) << answer;
  EXPECT_EQ(answer.json()["changes"], json({"stages.chunk.config.max_tokens: 64 -> 32"}));
  EXPECT_EQ(host_.found(page.word), 1U);
  deliver(host_.http(), Crawl("cut-2").page(page));
  EXPECT_EQ(host_.await_quiet("cut-2")["indexed"], 1);  // not "unchanged": the stages are others
  EXPECT_GT(chunks(), before);
  EXPECT_EQ(host_.documents(), 1U);
}

TEST_F(Rebuild, AddsAStageAndTakesItAway) {
  host_.start();
  ASSERT_EQ(reload_to({.moody = "delay: 1ms"}).status, 200U);
  const std::string word = pass_one("added");
  EXPECT_GE(host_.metrics().sum("sluice_stage_batches_total", {{"stage", "moody"}}), 1);
  ASSERT_EQ(reload_to({}).status, 200U);
  const std::string later = pass_one("gone");
  EXPECT_TRUE(host_.finds_one(word));
  EXPECT_TRUE(host_.finds_one(later));
  EXPECT_EQ(host_.http().get("/api/pipeline").json()["stages"].size(), 6U);
}

TEST_F(Rebuild, GoesOnAsBeforeWhenAStageDoesNotStart) {
  host_.start();
  const std::string before = pass_one("before");
  const Answer answer = reload_to({.chunk_config = "max_tokens: 32, overlap_tokens: 8",
                                   .moody = "fail_start: \"there is no such place\""});
  EXPECT_EQ(answer.status, 422U) << answer;
  EXPECT_TRUE(mentions(answer, "there is no such place")) << answer;
  EXPECT_EQ(host_.http().get("/api/pipeline").json()["generation"], 1);
  const std::string after = pass_one("after");
  EXPECT_TRUE(host_.finds_one(before));
  EXPECT_TRUE(host_.finds_one(after));
  EXPECT_EQ(reload_to(with_chunks_of(32)).status, 200U);  // and may still change
  EXPECT_TRUE(host_.finds_one(pass_one("changed")));
}

TEST_F(Rebuild, GivesPagesThatKeepFailingToTheStageThatReplacesIt) {
  const std::string slow_retry = ", retry: {attempts: 1000, initial: 30s, max: 60s, elapsed: 1h}";
  host_.set_file({.moody = "retry_word: prose, retry_times: 1000", .moody_stage = slow_retry});
  host_.start();
  TestPage page = PageMaker("moved").make();
  page.markdown += "\nprose\n";
  const Crawl crawl("moved");
  deliver(host_.http(), crawl.page(page));
  deliver(host_.http(), crawl.completed());
  EXPECT_TRUE(eventually([&] {
    return host_.metrics().sum("sluice_retries_total", {{"stage", "moody"}}) > 0;
  }));

  const Answer answer = reload_to({.moody = "delay: 0s", .moody_stage = slow_retry});

  ASSERT_EQ(answer.status, 200U) << answer;
  const auto ledger = host_.await_crawl("moved");
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_TRUE(host_.finds_one(page.word));
}

TEST_F(Rebuild, TakesUpAPluginFileThatWasReplaced) {
  namespace fs = std::filesystem;
  const fs::path own = host_.folder() / "own";
  fs::create_directory(own);
  const fs::path plugin = own / "chunker.so";
  fs::copy_file(fs::path(SLUICE_PLUGIN_FOLDER) / "chunker.so", plugin);
  host_.set_file({.plugins = own.string()});
  host_.start();
  const std::string before = pass_one("oldbuild");
  // Written beside and renamed, as an installer does; more at the end of an ELF file is ignored.
  fs::copy_file(plugin, own / "next");
  std::ofstream(own / "next", std::ios::app) << "another build";
  fs::rename(own / "next", plugin);

  const Answer answer = host_.http().post("/api/pipeline/reload", json::object());

  ASSERT_EQ(answer.status, 200U) << answer;
  EXPECT_TRUE(mentions(answer, "stages.chunk.plugin")) << answer;
  EXPECT_TRUE(host_.finds_one(before));
  EXPECT_TRUE(host_.finds_one(pass_one("newbuild")));
  EXPECT_EQ(host_.http().post("/api/pipeline/reload", json::object()).json()["result"],
            "unchanged");
}

TEST_F(Rebuild, ChangesASourceWithoutAMomentWithoutIt) {
  host_.start();
  std::atomic<bool> is_over{false};     // relaxed: only ends the loop
  std::atomic<std::size_t> strange{0};  // relaxed: read after the sender has ended
  std::jthread sender([&] {
    PageMaker maker("source");
    const Crawl crawl("source");
    while (!is_over) {
      const Answer answer = deliver(host_.http(), crawl.page(maker.make()));
      // 401: signed with the secret that the other source has.
      if (answer.status != 202U && answer.status != 401U) ++strange;
    }
  });
  for (int i = 0; i < 10; ++i) {
    const std::string secret = i % 2 == 0 ? "another-secret" : kSecret;
    const Answer answer = reload_to({.secret = secret});
    ASSERT_EQ(answer.status, 200U) << answer;
    EXPECT_FALSE(mentions(answer, "another-secret")) << answer;
  }
  is_over = true;
  sender.join();
  EXPECT_EQ(strange.load(), 0U);
  EXPECT_TRUE(host_.finds_one(pass_one("afterwards")));
}

// A batch that does not end keeps a reload waiting; a stop does not wait for either.
TEST_F(Rebuild, StopsWhileAReloadWaits) {
  const auto gate = host_.files().write("closed", "");
  host_.set_file({.top = "timeouts: {drain: 1s}\n", .moody = "hold_while: " + gate.string()});
  host_.start();
  deliver(host_.http(), Crawl("stuck").page(PageMaker("stuck").make()));
  EXPECT_TRUE(eventually([&] {
    return host_.metrics().sum("sluice_stage_in_flight", {{"stage", "moody"}}) > 0;
  }));
  host_.set_file({.chunk_config = "max_tokens: 32, overlap_tokens: 8"});
  Http other(host_.http().base_url());
  std::jthread reload([&] { other.post("/api/pipeline/reload", json::object()); });
  std::this_thread::sleep_for(milliseconds(200));  // it waits by now, or will be refused
  host_.process().send(SIGTERM);
  std::filesystem::remove(gate);
  EXPECT_EQ(host_.process().wait(patient(seconds(20))), 0) << host_.process().err();
}

TEST_F(Rebuild, SaysWhatARunningHostCannotTakeUp) {
  host_.start();
  const std::vector<std::pair<std::string, PipelineFile>> files = {
      {"data", {.data = "./elsewhere"}},
      {"journal.sync", {.top = "journal: {sync: interval}\n"}},
      {"content.keep", {.top = "content: {keep: 7d}\n"}},
      {"content.max_bytes", {.top = "content: {max_bytes: 1GiB}\n"}},
      {"http.max_body", {.http = ", max_body: 1MiB"}}};
  for (const auto& [path, file] : files) {
    const Answer answer = reload_to(file);
    EXPECT_EQ(answer.status, 422U) << path << ": " << answer;
    ASSERT_EQ(answer.json()["findings"].size(), 1U) << answer;
    EXPECT_EQ(answer.json()["findings"][0]["path"], path) << answer;
    EXPECT_TRUE(mentions(answer, "started again")) << answer;
  }
}

// Stages and modes change while two senders deliver a crawl.
TEST_F(Rebuild, LosesAndDoublesNothingUnderLoad) {
  constexpr std::size_t kPages = 2'000 / SLUICE_PATIENCE;
  constexpr int kReloads = 100 / SLUICE_PATIENCE;
  host_.start();
  const Crawl crawl("load");
  const auto pages = PageMaker("load").make(kPages);
  std::atomic<std::size_t> next{0};     // relaxed: hands out work
  std::atomic<std::size_t> refused{0};  // relaxed: read after the senders have ended
  std::vector<std::jthread> senders;    // which a failed ASSERT joins too
  for (int i = 0; i < 2; ++i) {
    senders.emplace_back([&] {
      for (std::size_t at = next++; at < kPages; at = next++) {
        if (deliver(host_.http(), crawl.page(pages[at])).status != 202U) ++refused;
      }
    });
  }
  for (int i = 0; i < kReloads; ++i) {
    PipelineFile file = with_chunks_of(i % 2 == 0 ? 48 : 64);
    if (i % 3 == 0) file.top = "mode: batch\n";
    if (i % 4 == 0) file.moody = "delay: 1ms";
    const Answer answer = reload_to(file);
    ASSERT_EQ(answer.status, 200U) << i << " " << answer;
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(refused.load(), 0U);
  ASSERT_EQ(deliver(host_.http(), crawl.completed()).status, 200U);

  const auto ledger = host_.await_crawl("load");

  EXPECT_EQ(ledger["indexed"], kPages) << ledger;
  EXPECT_EQ(ledger["duplicates"], 0) << ledger;
  EXPECT_EQ(host_.documents(), kPages);
  for (const auto& page : pages) ASSERT_EQ(host_.found(page.word), 1U) << page.word;
}

}  // namespace
}  // namespace sluice::testing
