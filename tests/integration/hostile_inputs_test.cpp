// Collections of odd input, through the running host: JSON that is none, texts that break programs,
// Markdown that nobody writes. Each request gets an answer that is not the host's fault, every page
// that was taken ends in the index, and the third time takes no more memory than the first.
#include "support/firecrawl.hpp"
#include "support/odd_inputs.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr int kRounds = 3;
constexpr std::size_t kPagesOfAnEvent = 20;
// What an allocator keeps, and a sanitizer's quarantine.
constexpr std::size_t kGrowthMib = 64U * SLUICE_PATIENCE;

class HostileInputs : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  // At the end the host takes a page and finds it, whatever was sent before.
  void TearDown() override {
    if (IsSkipped()) return;
    ASSERT_TRUE(host_.process().is_running()) << host_.process().err();
    const TestPage page = PageMaker("after").make();
    ASSERT_EQ(deliver(host_.http(), Crawl("after").page(page)).status, 202U);
    EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
    EXPECT_EQ(host_.stop(), 0) << host_.process().err();
    EXPECT_EQ(host_.process().err().find("Sanitizer"), std::string::npos) << host_.process().err();
  }

  void in_rounds(const std::function<void(int)>& round) {
    round(0);
    // Not what it has now: it gives much of that back once it has nothing to do for a moment.
    const std::size_t before = host_.process().peak_mib();
    for (int i = 1; i < kRounds && !HasFatalFailure(); ++i) round(i);
    EXPECT_LT(host_.process().resident_mib(), before + kGrowthMib) << "after " << before << " MiB";
    RecordProperty("mib_in_first_round", static_cast<int>(before));
    RecordProperty("mib_at_the_end", static_cast<int>(host_.process().resident_mib()));
  }

  // What is wrong is the sender's fault.
  static void expect_fair(const Answer& answer, const std::string& what) {
    EXPECT_GE(answer.status, 200U) << what << ": " << answer;
    EXPECT_LT(answer.status, 500U) << what << ": " << answer;
  }
  Answer notify(const std::string& body) {
    return host_.http().send(
        "POST", "/api/webhook/changedetection", body,
        {{"Content-Type", "application/json"}, {"X-Signature", signature_of(body, kSecret)}});
  }

  void send_json(const OddJson& odd) {
    const Answer answer = deliver(host_.http(), odd.text);
    expect_fair(answer, odd.name);
    // Somewhere inside of a good event.
    const Answer inside = deliver(host_.http(), R"({"success":true,"data":)" + odd.text +
                                                    R"(,"type":"crawl.page","id":"i"})");
    expect_fair(inside, odd.name);
    if (odd.verdict == OddJson::Verdict::kNotJson) {
      EXPECT_EQ(answer.status, 400U) << odd.name << ": " << answer;
      EXPECT_EQ(inside.status, 400U) << odd.name << ": " << inside;
    }
    if (odd.verdict == OddJson::Verdict::kJson) {
      EXPECT_NE(inside.status, 400U) << odd.name << ": " << inside;
    }
    expect_fair(notify(odd.text), odd.name);
    for (const char* path : {"/api/search", "/api/index", "/api/v2/scrape", "/v2/scrape"}) {
      expect_fair(host_.http().send("POST", path, odd.text, {{"Content-Type", "application/json"}}),
                  path + (" " + odd.name));
    }
  }

  void send_event(const json& event) { expect_fair(deliver(host_.http(), event), event.dump()); }

  void send_text(const std::string& text) {
    const std::string shown = json(text.substr(0, 100)).dump(-1, ' ', true, kReplace);
    for (const char* mode : {"hybrid", "semantic", "keyword", "bm25"}) {
      expect_fair(host_.search({{"query", text}, {"mode", mode}}), shown);
    }
    const json filters = {
        {"domain", text}, {"language", text}, {"country", text}, {"crawl_id", text}};
    expect_fair(host_.search({{"query", "word"}, {"filters", filters}}), shown);
    expect_fair(host_.search({{"query", "word"}, {"mode", text}}), shown);
    const std::string encoded = percent_encoded(text);
    for (const char* path : {"/", "/api/", "/api/crawls/", "/api/content/", "/api/dead-letters/",
                             "/api/content/by-session/", "/api/content/by-url?url=", "/v2/"}) {
      expect_fair(host_.http().get(path + encoded), path + shown);
    }
    for (const std::string& url : {text, "https://" + text, "https://odd.example/" + text}) {
      expect_fair(host_.http().post("/api/v2/scrape", {{"url", url}}), shown);
      expect_fair(host_.http().post("/api/index", {{"url", url},
                                                   {"resolvedUrl", url},
                                                   {"markdown", text},
                                                   {"html", text},
                                                   {"statusCode", 200},
                                                   {"title", text},
                                                   {"description", text},
                                                   {"language", text},
                                                   {"country", text}}),
                  shown);
      expect_fair(deliver(host_.http(), event_with({.url = url, .title = text}, text)), shown);
    }
  }
  static json event_with(TestPage page, const std::string& id) {
    page.markdown = page.title;
    page.language = page.title;
    page.country = page.title;
    return Crawl(id).page(page);
  }

  // All pages, their text another one in each round.
  void send_pages(std::vector<json> pages, int round) {
    const Crawl crawl("odd-pages-" + std::to_string(crawls_++));
    for (json& page : pages) {
      page["markdown"] = page["markdown"].get<std::string>() + "\n\nround " + std::to_string(round);
    }
    for (std::size_t at = 0; at < pages.size(); at += kPagesOfAnEvent) {
      const std::size_t end = std::min(at + kPagesOfAnEvent, pages.size());
      const json event = crawl.event(
          "crawl.page", std::vector<json>(pages.begin() + static_cast<std::ptrdiff_t>(at),
                                          pages.begin() + static_cast<std::ptrdiff_t>(end)));
      Answer answer;  // 503 while the pipeline is full: a sender comes back
      ASSERT_TRUE(eventually([&] {
        answer = deliver(host_.http(), event);
        return answer.status != 503U;
      }));
      ASSERT_EQ(answer.status, 202U) << answer;
    }
    const json ledger = host_.await_quiet(crawl.id());
    // Two sites may have a page in common.
    EXPECT_EQ(ledger.value("indexed", 0U) + ledger.value("unchanged", 0U), pages.size()) << ledger;
    for (const json& page : pages) {
      const std::string url = page["metadata"]["url"];
      const Answer kept = host_.http().get("/api/content/by-url?url=" + percent_encoded(url));
      ASSERT_EQ(kept.status, 200U) << url << ": " << kept;
      EXPECT_EQ(kept.json()["items"][0]["markdown"], without_nul(page["markdown"])) << url;
    }
  }
  // What a page's text is kept as.
  static std::string without_nul(std::string text) {
    for (std::size_t at = text.find('\0'); at != text.npos; at = text.find('\0', at)) {
      text.replace(at, 1, "\xEF\xBF\xBD");
    }
    return text;
  }
  static std::vector<json> pages_of(const std::vector<std::string>& texts) {
    std::vector<json> pages;
    for (const std::string& text : texts) {
      const std::string url = "https://odd-pages.example/" + std::to_string(pages.size());
      pages.push_back({{"markdown", text}, {"metadata", {{"url", url}, {"statusCode", 200}}}});
    }
    return pages;
  }

  static constexpr auto kReplace = json::error_handler_t::replace;
  int crawls_ = 0;
  fakes::FakeFirecrawl firecrawl_;
  // Thousands of events, and no power cut; little room, so that a backlog does not pass for a leak.
  TestHost host_{{.top = "journal: {sync: off}\nlimits: {bytes: 16MiB}\n",
                  .source_config = settings_for(firecrawl_, ", proxy_without_token: true")}};
};

TEST_F(HostileInputs, AreAnsweredAsOddJson) {
  const auto bodies = odd_json();
  in_rounds(
      [&](int) { std::for_each(bodies.begin(), bodies.end(), [&](auto& b) { send_json(b); }); });
}

TEST_F(HostileInputs, AreAnsweredAsOddEvents) {
  const auto events = odd_events();
  in_rounds(
      [&](int) { std::for_each(events.begin(), events.end(), [&](auto& e) { send_event(e); }); });
}

TEST_F(HostileInputs, AreAnsweredAsOddTexts) {
  const auto texts = odd_strings();
  in_rounds(
      [&](int) { std::for_each(texts.begin(), texts.end(), [&](auto& t) { send_text(t); }); });
}

TEST_F(HostileInputs, AreIndexedAsOddPages) {
  const auto pages = pages_of(odd_markdown());
  in_rounds([&](int round) { send_pages(pages, round); });
}

// The same with collections of others.
class HostileData : public HostileInputs {
 protected:
  void SetUp() override {
    // Collections of others, not ours to ship. HostileInputs sends our own of each kind everywhere.
    if (!folder_) GTEST_SKIP() << "set SLUICE_DATA to a folder with inputs/, pages/ and recrawl/";
    HostileInputs::SetUp();
  }
  const std::optional<std::filesystem::path> folder_ = data_folder();
};

TEST_F(HostileData, IsAnsweredAsJson) {
  const auto bodies = json_files(*folder_);
  in_rounds(
      [&](int) { std::for_each(bodies.begin(), bodies.end(), [&](auto& b) { send_json(b); }); });
}

TEST_F(HostileData, IsAnsweredAsTexts) {
  const auto texts = string_file(*folder_);
  in_rounds(
      [&](int) { std::for_each(texts.begin(), texts.end(), [&](auto& t) { send_text(t); }); });
}

TEST_F(HostileData, IsIndexedAsPages) {
  auto sites = page_files(*folder_);
  sites.push_back(pages_of(markdown_file(*folder_)));
  in_rounds([&](int round) {
    for (const auto& site : sites) send_pages(site, round);
  });
}

}  // namespace
}  // namespace sluice::testing
