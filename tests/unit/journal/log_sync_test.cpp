// Who is told what, and when, while the disk is slow or broken.
#include "journal/log_sync.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace sluice::journal {
namespace {

class LogSyncTest : public ::testing::Test {
 protected:
  // A disk that is done when the test says so.
  LogSync::Options slow_disk() {
    LogSync::Options options = events();
    options.sync = [this] {
      begun_.release();
      may_end_.acquire();
      errno = EIO;
      return is_sound_.load();
    };
    return options;
  }
  LogSync::Options events() {
    return {.folder = "/data",
            .sync = {},
            .on_free = [this] { events_ += "free "; },
            .on_round = [this](std::size_t works) { events_ += std::to_string(works) + ": "; },
            .on_broken = [this](const Error& error) { events_ += error.message + " "; }};
  }
  std::vector<LogSync::Outcome> outcomes(const std::string& names) {
    std::vector<LogSync::Outcome> made;
    for (const char name : names) {
      made.push_back({[this, name](const Result<void>& result) {
                        events_ += name;
                        events_ += result.ok() ? " " : "! ";
                      },
                      {}});
    }
    return made;
  }

  std::counting_semaphore<> begun_{0}, may_end_{0};
  std::atomic<bool> is_sound_ = true;
  std::string events_;  // of the thread of the LogSync, until its stop
};

TEST_F(LogSyncTest, TellsInOrderAndWhatCameMeanwhileTogether) {
  LogSync log(slow_disk());
  EXPECT_TRUE(log.is_free());
  log.tell(outcomes("ab"));
  begun_.acquire();
  EXPECT_FALSE(log.is_free());
  log.tell(outcomes("c"));
  log.tell(outcomes("de"));
  EXPECT_EQ(events_, "");
  may_end_.release();
  begun_.acquire();
  EXPECT_EQ(events_, "2: a b ") << "the others wait for a sync that begins after them";
  may_end_.release();
  log.stop();
  EXPECT_TRUE(log.is_free());
  EXPECT_EQ(events_, "2: a b free 3: c d e ");
}

TEST_F(LogSyncTest, WithoutADiskTellsAtOnce) {
  LogSync log(events());
  log.tell(outcomes("a"));
  log.stop();
  EXPECT_EQ(events_, "free 1: a ");
}

TEST_F(LogSyncTest, RunsWhatIsToComeAfterARoundOnce) {
  LogSync log(slow_disk());
  auto group = outcomes("ab");
  group.front().done = [&](const Result<void>&) { log.after_round([&] { events_ += "after "; }); };
  log.tell(std::move(group));
  begun_.acquire();
  log.tell(outcomes("c"));
  may_end_.release(2);
  log.stop();
  EXPECT_EQ(events_, "2: b after free 1: c ");
}

TEST_F(LogSyncTest, ABrokenDiskIsToldOnceAndNothingIsTakenForDurableAnyMore) {
  LogSync log(slow_disk());
  is_sound_ = false;
  log.tell(outcomes("a"));
  begun_.acquire();
  may_end_.release();
  auto group = outcomes("bc");
  group.back().result = Error{Fault::kInternal, "its own"};
  Result<void> kept;
  group.back().done = [&](const Result<void>& result) { kept = result; };
  log.tell(std::move(group));
  log.stop();
  EXPECT_FALSE(begun_.try_acquire()) << "it was asked again, as if that could bring anything back";
  const std::string why =
      "the disk of /data did not take what was written (Input/output error): nothing is "
      "acknowledged any more, and the host ends; check that disk before it is started again ";
  EXPECT_EQ(events_.find(why), 0U) << events_;
  EXPECT_EQ(events_.rfind(why), 0U) << events_;
  EXPECT_NE(events_.find("a! "), std::string::npos) << events_;
  EXPECT_NE(events_.find("b! "), std::string::npos) << events_;
  EXPECT_EQ(kept.error().message, "its own");
}

}  // namespace
}  // namespace sluice::journal
