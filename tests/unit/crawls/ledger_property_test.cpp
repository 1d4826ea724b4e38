// Random events in random order, with works and transactions that fail, against a plain model.
#include "ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

namespace sluice::crawls {
namespace {

enum class Page { kOpen, kIndexed, kSkipped, kUnchanged, kFailed, kLeftOut };

struct Model {
  std::map<std::string, Page> pages;
  std::uint64_t duplicates = 0;
  bool is_closed = false;

  std::uint64_t count(Page state) const {
    return static_cast<std::uint64_t>(std::count_if(
        pages.begin(), pages.end(), [&](const auto& page) { return page.second == state; }));
  }
};
using Models = std::map<std::string, Model>;

class Events {
 public:
  Events(Host& host, std::mt19937& random) : host_(host), random_(random) {}

  // One random event to the ledger and the model alike.
  void one(SQLite::Database& database, Models& models) {
    const std::string crawl = "c" + std::to_string(random_() % 4);
    const std::string page = std::to_string(random_() % 30);
    const Ledger::Arrival arrival{.origin = {crawl, "s", "m"}, .document_id = page};
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        return receive(database, models[crawl], arrival);
      case 3:
        return leave_out(database, models[crawl], arrival);
      case 4:
      case 5:
      case 6:
        return settle(database, models, arrival);
      default:
        break;
    }
    if (random_() % 8 != 0) return;
    host_.ledger->close(database, crawl, Closing::kCompleted);
    models[crawl].is_closed = true;
  }

 private:
  void receive(SQLite::Database& database, Model& model, const Ledger::Arrival& page) {
    const std::string name(page.document_id);
    const auto found = model.pages.find(name);
    const bool is_new = found == model.pages.end() || found->second == Page::kFailed ||
                        found->second == Page::kLeftOut;
    EXPECT_EQ(host_.ledger->receive(database, page) == Received::kNew, is_new);
    if (is_new) {
      model.pages[name] = Page::kOpen;
    } else {
      ++model.duplicates;
    }
  }

  void leave_out(SQLite::Database& database, Model& model, const Ledger::Arrival& page) {
    constexpr std::array kReasons{std::pair(LeftOut::kProcessed, Page::kSkipped),
                                  std::pair(LeftOut::kUnchanged, Page::kUnchanged),
                                  std::pair(LeftOut::kFailedPage, Page::kFailed),
                                  std::pair(LeftOut::kEmpty, Page::kLeftOut),
                                  std::pair(LeftOut::kStatus, Page::kLeftOut)};
    const auto [reason, state] = kReasons[random_() % kReasons.size()];
    host_.ledger->left_out(database, page, reason);
    if (!model.pages.emplace(page.document_id, state).second) ++model.duplicates;
  }

  void settle(SQLite::Database& database, Models& models, const Ledger::Arrival& page) {
    constexpr std::array kOutcomes{std::pair(Outcome::kIndexed, Page::kIndexed),
                                   std::pair(Outcome::kSkipped, Page::kSkipped),
                                   std::pair(Outcome::kUnchanged, Page::kUnchanged),
                                   std::pair(Outcome::kFailed, Page::kFailed)};
    const auto [outcome, state] = kOutcomes[random_() % kOutcomes.size()];
    host_.ledger->settle(
        database, {page.origin.group, page.document_id, outcome, std::chrono::milliseconds(5)});
    const auto model = models.find(std::string(page.origin.group));
    if (model == models.end()) return;
    const auto found = model->second.pages.find(std::string(page.document_id));
    if (found != model->second.pages.end() && found->second == Page::kOpen) found->second = state;
  }

  Host& host_;
  std::mt19937& random_;
};

void expect_same(const CrawlRow& row, const Model& model) {
  EXPECT_TRUE(adds_up(row));
  EXPECT_EQ(row.received, model.pages.size());
  EXPECT_EQ(row.pending, model.count(Page::kOpen));
  EXPECT_EQ(row.indexed, model.count(Page::kIndexed));
  EXPECT_EQ(row.skipped, model.count(Page::kSkipped) + model.count(Page::kLeftOut));
  EXPECT_EQ(row.unchanged, model.count(Page::kUnchanged));
  EXPECT_EQ(row.failed, model.count(Page::kFailed));
  EXPECT_EQ(row.duplicates, model.duplicates);
  const bool is_done = model.is_closed && row.pending == 0;
  EXPECT_EQ(row.state, is_done           ? CrawlState::kDone
                       : model.is_closed ? CrawlState::kClosed
                                         : CrawlState::kOpen);
  EXPECT_EQ(row.done_at.has_value(), is_done);
}

// Submits groups of works of a few events each. Some works throw at their end, some transactions
// fail as a whole; the model follows what the results say.
void play(std::uint32_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  journal::TemporaryFolder folder;
  Models models;
  auto host = std::make_unique<Host>(folder.path());
  for (int round = 0; round < 60; ++round) {
    if (round % 20 == 19) {
      host.reset();
      host = std::make_unique<Host>(folder.path());
    }
    Events events(*host, random);
    const bool loses_all = random() % 5 == 0;
    const auto works = 1 + random() % 12;
    // The model as each work leaves it; of the writer thread until the last work has been told of.
    Models working = models;
    std::promise<void> reached, go, ended;
    host->commits->submit(
        [&](SQLite::Database&) {
          reached.set_value();
          go.get_future().wait();
        },
        [](const Result<void>&) {});
    reached.get_future().wait();
    for (std::size_t work = 0; work < works; ++work) {
      const bool is_last = work + 1 == works;
      host->commits->submit(
          [&, is_last, throws = random() % 4 == 0,
           count = 1 + random() % 5](SQLite::Database& database) {
            const Models before = working;
            for (std::size_t event = 0; event < count; ++event) events.one(database, working);
            // As SQLite itself does on a full disk.
            if (is_last && loses_all) {
              database.exec("ROLLBACK");
              throw std::runtime_error("the transaction is gone");
            }
            if (!throws) return;
            working = before;
            throw std::runtime_error("work failed");
          },
          [&, is_last](const Result<void>&) {
            if (is_last) ended.set_value();
          });
    }
    go.set_value();
    ended.get_future().wait();
    if (!loses_all) models = working;
    for (const auto& [name, model] : models) {
      const auto row = host->ledger->find(name);
      ASSERT_TRUE(row.ok());
      ASSERT_TRUE(row->has_value()) << name;
      expect_same(**row, model);
    }
    EXPECT_EQ(host->ledger->list(100, 0)->total, models.size());
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(LedgerProperty, AddsUpWhateverComesInWhateverOrder) {
  const std::uint32_t fresh = std::random_device()();
  for (std::uint32_t seed : {1U, 2U, 3U, fresh}) play(seed);
}

}  // namespace
}  // namespace sluice::crawls
