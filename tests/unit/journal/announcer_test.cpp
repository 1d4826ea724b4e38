// Who is told what, and when, while the disk is slow or broken.
#include "journal/announcer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace sluice::journal {
namespace {

class AnnouncerTest : public ::testing::Test {
 protected:
  // A disk that is done when the test says so.
  Announcer::Options slow_disk() {
    return {.sync =
                [this] {
                  begun_.release();
                  may_end_.acquire();
                  return state();
                },
            .state = [this] { return state(); },
            .on_free = [this] { events_ += "free "; }};
  }
  Result<void> state() const {
    return is_sound_ ? Result<void>() : Result<void>(Error{Fault::kIo, "broken"});
  }
  std::vector<Announcer::Outcome> outcomes(const std::string& names, bool waits_for_disk) {
    std::vector<Announcer::Outcome> made;
    for (const char name : names) {
      made.push_back({[this, name](const Result<void>& result) {
                        events_ += name;
                        events_ += result.ok() ? " " : "! ";
                      },
                      {},
                      waits_for_disk});
    }
    return made;
  }

  std::counting_semaphore<> begun_{0}, may_end_{0};
  std::atomic<bool> is_sound_ = true;
  std::string events_;  // of the announcer's thread, until its stop
};

TEST_F(AnnouncerTest, TellsInOrderAndWhatCameMeanwhileTogether) {
  Announcer announcer(slow_disk());
  EXPECT_TRUE(announcer.is_free());
  announcer.tell(outcomes("ab", true));
  begun_.acquire();
  EXPECT_FALSE(announcer.is_free());
  announcer.tell(outcomes("c", false));
  announcer.tell(outcomes("de", true));
  EXPECT_EQ(events_, "");
  may_end_.release();
  begun_.acquire();
  EXPECT_EQ(events_, "a b ") << "the others wait for a sync that begins after them";
  may_end_.release();
  announcer.stop();
  EXPECT_TRUE(announcer.is_free());
  EXPECT_EQ(events_, "a b free c d e ");
}

TEST_F(AnnouncerTest, WaitsForTheDiskOnlyWhenAskedTo) {
  Announcer announcer(slow_disk());
  announcer.tell(outcomes("ab", false));
  announcer.stop();
  EXPECT_FALSE(begun_.try_acquire());
  EXPECT_EQ(events_, "free a b ");
}

TEST_F(AnnouncerTest, RunsWhatIsToComeAfterARoundOnce) {
  Announcer announcer(slow_disk());
  auto group = outcomes("ab", true);
  group.front().done = [&](const Result<void>&) {
    announcer.after_round([&] { events_ += "after "; });
  };
  announcer.tell(std::move(group));
  begun_.acquire();
  announcer.tell(outcomes("c", true));
  may_end_.release(2);
  announcer.stop();
  EXPECT_EQ(events_, "b after free c ");
}

TEST_F(AnnouncerTest, TakesNothingForDurableOnceTheDiskIsBroken) {
  Announcer announcer(slow_disk());
  is_sound_ = false;
  announcer.tell(outcomes("a", true));
  begun_.acquire();
  may_end_.release();
  auto group = outcomes("bc", false);
  group.back().result = Error{Fault::kInternal, "its own"};
  Result<void> kept;
  group.back().done = [&](const Result<void>& result) { kept = result; };
  announcer.tell(std::move(group));
  announcer.stop();
  EXPECT_NE(events_.find("a! "), std::string::npos) << events_;
  EXPECT_NE(events_.find("b! "), std::string::npos) << events_;
  EXPECT_EQ(kept.error().message, "its own");
}

}  // namespace
}  // namespace sluice::journal
