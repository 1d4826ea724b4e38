// Random lives: any order of calls that the contract allows, again and again.
#include "verify/check.hpp"
#include "verify/pages.hpp"

#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

// Of LeakSanitizer, where this program was built with it; else null.
// NOLINTNEXTLINE(bugprone-reserved-identifier): it is theirs.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace sluice::verify {
namespace {

using testing::Stage;

// Where a disk need not be waited for: an index that makes every write durable takes a minute for a
// thousand lives on one, and seconds here. Empty where there is no such folder.
std::filesystem::path memory_folder() {
  constexpr const char* kSharedMemory = "/dev/shm";
  return access(kSharedMemory, W_OK) == 0 ? kSharedMemory : "";
}

// A life of one component, as far as the dice let it go. The steps taken, for the message.
class Life {
 public:
  Life(const Subject& subject, uint64_t seed)
      : subject_(subject),
        random_(seed),
        stage_(subject.stage(subject.settings, memory_folder())) {}

  void live() {
    if (!step("create", stage_->create()) || is_over(10)) return;
    if (!step("configure", stage_->configure()) || is_over(3)) return;
    if (!step("start", stage_->start())) return;
    for (uint64_t work = random_() % 4; work > 0; --work) work_once();
    if (!is_over(3)) step("drain", stage_->drain());
  }
  // What was broken, with the way there; empty: nothing.
  std::string end() {
    stage_->finish();
    std::string broken;
    for (const testing::Breach& breach : stage_->host().breaches())
      broken += breach.sentence + "; ";
    return broken.empty() ? "" : broken + "after " + steps_;
  }

 private:
  bool is_over(uint64_t one_in) { return random_() % one_in == 0; }
  bool step(const char* name, const std::string& why) {
    steps_ += (steps_.empty() ? "" : ", ") + std::string(name);
    return why.empty();
  }
  void work_once() {
    if (subject_.is_stage()) {
      const auto pages = random_pages(random_, 1 + random_() % 5);
      step("submit", "");
      const auto batch = stage_->submit(pages, 1 + static_cast<uint32_t>(random_() % 3));
      if (random_() % 3 != 0) stage_->outcome(batch);
      if (random_() % 4 == 0) stage_->flush();
    }
    if (subject_.has_role(SLUICE_ROLE_SEARCH))
      stage_->search("tea", std::vector<float>(8, 0.5F), 1 + static_cast<uint32_t>(random_() % 5));
    if (subject_.has_role(SLUICE_ROLE_DEDUPE)) claim();
    if (subject_.has_role(SLUICE_ROLE_SOURCE) && random_() % 2 == 0) stage_->settled(random_());
  }
  void claim() {
    sluice_key key{};
    const std::string id = std::to_string(random_() % 5);
    key.scope = testing::view_of(id);
    key.id = testing::view_of(id);
    key.digest[0] = static_cast<uint8_t>(random_() % 2);
    std::vector<uint8_t> answers;
    step("claim", "");
    stage_->claim({key}, answers);
    if (random_() % 3 != 0)
      stage_->settle({key}, random_() % 2 == 0 ? sluice_status{SLUICE_OK} : SLUICE_E_RETRY);
  }

  const Subject& subject_;
  std::mt19937_64 random_;
  std::unique_ptr<Stage> stage_;
  std::string steps_;
};

void lives_at_random(const Subject& subject, Report& report) {
  std::mt19937_64 seeds(subject.seed);
  for (uint32_t i = 0; i < subject.walks; ++i) {
    Life life(subject, seeds());
    life.live();
    const std::string broken = life.end();
    if (broken.empty()) continue;
    report.fail("life " + std::to_string(i + 1) + " of seed " + std::to_string(subject.seed) +
                ": " + broken);
    return;
  }
  if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0) {
    report.fail("memory was lost in the lives of seed " + std::to_string(subject.seed) +
                "; the lines above say where it was made");
  }
}

}  // namespace

std::vector<Check> walk_checks() {
  return {{"life.walk", Severity::kError, Needs::kLoaded,
           "Any order of calls that is allowed does no harm.",
           "Run it again with --only life.walk and the same --seed; with --in-process a debugger "
           "sees it.",
           lives_at_random, std::chrono::seconds(300)}};
}

}  // namespace sluice::verify
