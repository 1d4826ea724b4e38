// Emitter: one event in one step to the disk, room waited for in line, nothing taken by halves.
#include "flow/emitter.hpp"

#include "data/buffer.hpp"
#include "data/record.hpp"
#include "flow/manual_clock.hpp"
#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;

constexpr auto kPatience = std::chrono::seconds(30);

template <class T>
T opened(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

// What became of one event.
struct Answer {
  sluice_status status;
  std::vector<sluice_status> verdicts;
};

class EmitterTest : public ::testing::Test {
 protected:
  EmitterTest()
      : commits_(opened(journal::GroupCommit::open(folder_.path(), {.sync = journal::Sync::kOff}))),
        journal_(opened(journal::Journal::open(*commits_))),
        ledger_(opened(crawls::Ledger::open(*commits_, clock_))),
        emitter_(loop_, {*commits_, *journal_, *ledger_}, budget_, meters_, log_,
                 {"streaming", false, "fingerprint"}) {
    emitter_.set_arrivals({[this](Accepted accepted) {
                             for (auto& page : accepted.in_memory) {
                               arrived_.push_back(std::move(page));
                             }
                             for (auto& group : accepted.closed) closed_.push_back(group);
                           },
                           {},
                           {}});
    commits_->start();
  }
  // What runs on the writer thread uses the rest of the fixture.
  ~EmitterTest() override { commits_->stop(); }

  data::RecordRef page(const std::string& id) {
    return data::make_document(id, data::make_buffer(std::string("text of ") + id));
  }

  // Starts an event; its records are freed unless it is taken.
  std::future<Answer> start(services::Event event, std::vector<data::RecordRef> records) {
    auto kept = std::make_shared<std::vector<data::RecordRef>>(std::move(records));
    auto promise = std::make_shared<std::promise<Answer>>();
    std::vector<sluice_record*> handles;
    for (auto& record : *kept) handles.push_back(record.get());
    event.records = handles;
    emitter_.take("web", event, [kept, promise](sluice_status status, const sluice_status* each) {
      Answer answer{status, {}};
      if (status == SLUICE_OK) {
        answer.verdicts.assign(each, each + kept->size());
        for (auto& record : *kept) (void)record.release();
      }
      promise->set_value(std::move(answer));
    });
    return promise->get_future();
  }
  Answer take(services::Event event, std::vector<data::RecordRef> records = {}) {
    auto future = start(event, std::move(records));
    if (future.wait_for(kPatience) != std::future_status::ready) {
      throw std::runtime_error("the event was never answered");
    }
    (void)commits_->run([](SQLite::Database&) {});  // what follows the answer is over as well
    return future.get();
  }
  std::vector<data::RecordRef> pages(const std::vector<std::string>& ids) {
    std::vector<data::RecordRef> made;
    for (const auto& id : ids) made.push_back(page(id));
    return made;
  }
  crawls::CrawlRow row(const std::string& crawl) {
    auto found = opened(ledger_->find(crawl));
    if (!found) throw std::runtime_error("no such crawl");
    return *found;
  }

  journal::TemporaryFolder folder_;
  ManualClock clock_;
  Loop loop_{clock_};  // without a thread: tests turn it
  observe::Metrics metrics_;
  observe::Log log_{{.sink = [](std::string_view) {}}};
  PageMeters meters_{metrics_, "streaming"};
  Budget budget_{{2, 1 << 20}};
  std::unique_ptr<journal::GroupCommit> commits_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<crawls::Ledger> ledger_;
  Emitter emitter_;
  // Written on the writer thread, read when it has come to rest.
  std::vector<Delivery::Page> arrived_;
  std::vector<std::string> closed_;
};

TEST_F(EmitterTest, PutsAllOfAnEventOnDiskBeforeItAnswers) {
  const sluice_left_out left{sizeof left, SLUICE_LEFT_EMPTY, {"https://e.test/b", 16}, {}};
  const Answer answer = take({.group = "c", .left_out = {&left, 1}, .ends = SLUICE_CRAWL_COMPLETED},
                             pages({"https://e.test/a"}));
  EXPECT_EQ(answer.status, SLUICE_OK);
  EXPECT_EQ(answer.verdicts, (std::vector<sluice_status>{SLUICE_OK}));
  EXPECT_EQ(opened(journal_->heads(0, 10)).size(), 1U);
  const auto crawl = row("c");
  EXPECT_EQ(crawl.received, 2U);
  EXPECT_EQ(crawl.pending, 1U);
  EXPECT_EQ(crawl.skipped, 1U);
  EXPECT_EQ(crawl.source, "web");
  EXPECT_TRUE(crawl.closed_at);
  ASSERT_EQ(arrived_.size(), 1U);
  EXPECT_EQ(arrived_[0].document->group_name, "c");
  EXPECT_EQ(closed_, (std::vector<std::string>{"c"}));
}

TEST_F(EmitterTest, TellsDuplicatesApart) {
  take({.group = "c"}, pages({"https://e.test/a"}));
  const Answer again = take({.group = "c"}, pages({"https://e.test/a"}));
  EXPECT_EQ(again.verdicts, (std::vector<sluice_status>{SLUICE_DROPPED}));
  EXPECT_EQ(arrived_.size(), 1U);
  EXPECT_EQ(opened(journal_->heads(0, 10)).size(), 1U);
  EXPECT_EQ(budget_.used().records, 1U);  // what a duplicate took was given back
}

TEST_F(EmitterTest, LooksAtACrawlASecondTimeWithoutCountingItAgain) {
  take({.group = "c", .ends = SLUICE_CRAWL_COMPLETED, .fetch = SLUICE_FETCH_PENDING},
       pages({"https://e.test/a"}));
  const sluice_left_out left{sizeof left, SLUICE_LEFT_EMPTY, {"https://e.test/a", 16}, {"why", 3}};
  const services::Event look{.group = "c",
                             .left_out = {&left, 1},
                             .fetch = SLUICE_FETCH_ENDED,
                             .flags = SLUICE_EVENT_SECOND_LOOK,
                             .warning = "some pages came late"};
  EXPECT_EQ(take(look, pages({"https://e.test/a"})).verdicts,
            (std::vector<sluice_status>{SLUICE_DROPPED}));
  EXPECT_EQ(take(look, pages({"https://e.test/b"})).verdicts,
            (std::vector<sluice_status>{SLUICE_OK}));
  const auto crawl = row("c");
  EXPECT_EQ(crawl.received, 2U);
  EXPECT_EQ(crawl.duplicates, 0U);
  EXPECT_EQ(crawl.warnings, (std::vector<std::string>{"some pages came late"}));
  EXPECT_EQ(metrics_.text().find("reason=\"empty\""), std::string::npos);
  EXPECT_TRUE(opened(emitter_.unfinished("web", milliseconds(0), 10)).empty());
}

TEST_F(EmitterTest, ListsTheCrawlsThatASourceFetches) {
  take({.group = "c", .ends = SLUICE_CRAWL_COMPLETED, .fetch = SLUICE_FETCH_PENDING});
  const auto found = opened(emitter_.unfinished("web", std::chrono::hours(1), 10));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].crawl_id, "c");
  EXPECT_TRUE(found[0].is_closed);
  EXPECT_TRUE(opened(emitter_.unfinished("other", std::chrono::hours(1), 10)).empty());
}

TEST_F(EmitterTest, OpensACrawlByAnEmptyEvent) {
  EXPECT_EQ(take({.group = "c"}).status, SLUICE_OK);
  EXPECT_EQ(row("c").received, 0U);
}

TEST_F(EmitterTest, RefusesAtOnceWhatMayNotWait) {
  take({.group = "c"}, pages({"a:1", "a:2"}));
  EXPECT_EQ(take({.group = "c"}, pages({"a:3"})).status, SLUICE_E_AGAIN);
  EXPECT_EQ(row("c").received, 2U);
}

TEST_F(EmitterTest, WaitsForRoom) {
  take({.group = "c"}, pages({"a:1", "a:2"}));
  auto waiting = start({.group = "c", .wait_ms = 1000}, pages({"a:3"}));
  EXPECT_EQ(waiting.wait_for(milliseconds(0)), std::future_status::timeout);
  budget_.give_back({1, 0});
  ASSERT_EQ(waiting.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(waiting.get().status, SLUICE_OK);
}

TEST_F(EmitterTest, GivesUpWaitingWhenItsTimeIsOver) {
  take({.group = "c"}, pages({"a:1", "a:2"}));
  auto waiting = start({.group = "c", .wait_ms = 1000}, pages({"a:3"}));
  loop_.turn();
  clock_.advance(milliseconds(999));
  loop_.turn();
  EXPECT_EQ(waiting.wait_for(milliseconds(0)), std::future_status::timeout);
  clock_.advance(milliseconds(1));
  loop_.turn();
  ASSERT_EQ(waiting.wait_for(milliseconds(0)), std::future_status::ready);
  EXPECT_EQ(waiting.get().status, SLUICE_E_AGAIN);
}

TEST_F(EmitterTest, StopsThoseWhoWaitAndThoseWhoCome) {
  take({.group = "c"}, pages({"a:1", "a:2"}));
  auto waiting = start({.group = "c", .wait_ms = 1000}, pages({"a:3"}));
  emitter_.stop();
  ASSERT_EQ(waiting.wait_for(milliseconds(0)), std::future_status::ready);
  EXPECT_EQ(waiting.get().status, SLUICE_E_STOPPING);
  EXPECT_EQ(take({.group = "c"}, pages({"a:4"})).status, SLUICE_E_STOPPING);
}

TEST_F(EmitterTest, KeepsNothingOfAnEventThatCannotBeWritten) {
  commits_->stop();  // as a disk that refuses everything
  EXPECT_EQ(take({.group = "c"}, pages({"a:1"})).status, SLUICE_E_RETRY);
  EXPECT_FALSE(emitter_.is_writable());
  EXPECT_EQ(budget_.used().records, 0U);
  EXPECT_TRUE(arrived_.empty());
}

}  // namespace
}  // namespace sluice::flow
