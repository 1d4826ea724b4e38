// Pages of languages that are not wanted go no further than the filter.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr const char* kGerman =
    "Das Wasser des Kanals fließt durch ein Tor, das sich bei Ebbe öffnet, und der Wärter schreibt "
    "auf, wie viel an diesem Tag hindurchgegangen ist.";
constexpr const char* kEnglish =
    "The water of the canal runs through a gate that opens when the tide is low, and the keeper "
    "writes down how much has passed on this day.";

class Languages : public ::testing::Test {
 protected:
  void start(const std::string& mode) {
    PipelineFile file;
    file.filter = "allowed: [en], mode: " + mode;
    host_.set_file(file);
    host_.start();
  }
  TestPage page(const std::string& language, const std::string& markdown) {
    TestPage made = maker_.make();
    made.language = language;
    made.markdown = markdown;
    return made;
  }
  // What the crawl of these pages comes to.
  nlohmann::json ledger_of(const std::vector<TestPage>& pages) {
    deliver(host_.http(), Crawl("c").pages(pages));
    return host_.await_quiet("c");
  }

  TestHost host_;
  PageMaker maker_{"languages"};
};

TEST_F(Languages, GoByWhatThePageSays) {
  start("lenient");
  const auto ledger =
      ledger_of({page("en-US", kEnglish), page("de", kGerman), page("fr", kEnglish)});
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(ledger["skipped"], 2) << ledger;
  const auto metrics = host_.metrics();
  EXPECT_EQ(metrics.sum("sluice_pages_skipped_total", {{"reason", "language_de"}}), 1);
  EXPECT_EQ(metrics.sum("sluice_pages_skipped_total", {{"reason", "language_fr"}}), 1);
}

TEST_F(Languages, AreDetectedWhereThePageSaysNothing) {
  start("lenient");
  const auto ledger = ledger_of({page("", kEnglish), page("", kGerman)});
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(host_.metrics().sum("sluice_pages_skipped_total", {{"reason", "language_de"}}), 1);
  const auto found = host_.search({{"query", "canal"}, {"filters", {{"language", "en"}}}});
  EXPECT_EQ(found.json()["total"], 1) << found;
}

TEST_F(Languages, ThatWereDetectedAreNotInThePageAsItWasReceived) {
  start("lenient");
  ASSERT_EQ(ledger_of({page("", kEnglish)})["indexed"], 1);
  const auto content = host_.http().get("/api/content/by-session/c").json();
  ASSERT_EQ(content["total"], 1) << content;
  EXPECT_FALSE(content["items"][0]["metadata"].contains("language")) << content;
}

TEST_F(Languages, ThatCannotBeToldPassALenientFilter) {
  start("lenient");
  EXPECT_EQ(ledger_of({page("", "12 34")})["indexed"], 1);
}

TEST_F(Languages, ThatCannotBeToldDoNotPassAStrictOne) {
  start("strict");
  EXPECT_EQ(ledger_of({page("", "12 34")})["skipped"], 1);
  EXPECT_EQ(host_.metrics().sum("sluice_pages_skipped_total", {{"reason", "language_unknown"}}), 1);
}

TEST_F(Languages, AreCodesOrTheFileIsRefused) {
  PipelineFile file;
  file.filter = "allowed: [en, Klingonese]";
  host_.set_file(file);
  const auto done = run_sluice({"check", host_.pipeline().string()});
  EXPECT_EQ(done.exit_code, kConfigExit);
  EXPECT_NE(done.err.find("not the code of a language"), std::string::npos) << done.err;
}

}  // namespace
}  // namespace sluice::testing
