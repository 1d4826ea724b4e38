// From create to destroy, without work in between.
#include "verify/check.hpp"
#include "verify/tripwire.hpp"

#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

namespace sluice::verify {
namespace {

constexpr std::chrono::seconds kStartLimit{10};  // with nothing that answers
constexpr std::chrono::seconds kStopLimit{5};

std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  std::error_code failed;
  std::filesystem::directory_iterator it(folder, failed);
  for (; !failed && it != std::filesystem::directory_iterator(); it.increment(failed)) ++count;
  return count;
}
std::size_t threads() { return entries_of("/proc/self/task"); }
std::size_t descriptors() { return entries_of("/proc/self/fd"); }

// A thread that is on its way out may be seen for a moment after it was joined.
bool threads_return_to(std::size_t wanted) {
  for (int i = 0; i < 100 && threads() > wanted; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return threads() <= wanted;
}

void makes_and_ends(const Subject& subject, Report& report) {
  constexpr int kWarm = 20;  // rounds until what is kept for good has been made
  constexpr int kMeasured = 100;
  std::size_t before = 0;
  const auto stage = subject.stage();
  for (int i = 0; i < kWarm + kMeasured; ++i) {
    if (i == kWarm) before = mallinfo2().uordblks;
    if (const std::string why = stage->create(); !why.empty()) {
      report.fail("create failed: " + why);
      report.breaches(*stage);
      return;
    }
    stage->finish();
  }
  const std::size_t after = mallinfo2().uordblks;
  constexpr std::size_t kLeast = 16;  // bytes of the smallest allocation
  if (after > before + kMeasured * kLeast) {
    report.fail("memory grew by " + std::to_string((after - before) / kMeasured) +
                " bytes with each create and destroy");
  }
  report.breaches(*stage);
}

void configures(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  if (const std::string why = stage->configure(); !why.empty())
    report.fail("configure failed with " + subject.settings + ": " + why);
  stage->finish();
  report.breaches(*stage);
}

void configures_quietly(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  if (const std::string why = stage->create(); !why.empty()) {
    report.skip("it could not be created: " + why);
    return;
  }
  const std::size_t threads_before = threads();
  const std::size_t descriptors_before = descriptors();
  if (subject.is_alone && !set_tripwire())
    report.skip("this machine allows no seccomp filter; only what configure leaves is looked at");
  stage->configure();
  const auto found = sprung();
  for (const std::string& what : found) report.fail("in configure " + what);
  if (threads() > threads_before) report.fail("in configure it started a thread");
  if (found.empty() && descriptors() > descriptors_before)
    report.fail("configure left a file or a socket open");
}

// A start that fails is fine as long as it says so, in time.
void starts_alone(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  if (const std::string why = stage->configure(); !why.empty()) {
    report.skip("it could not be configured: " + why);
    return;
  }
  const auto began = Steady::now();
  const std::string why = stage->start();
  if (Steady::now() - began > kStartLimit)
    report.fail("start took longer than " + std::to_string(kStartLimit.count()) +
                " s with nothing that answers");
  if (why.find("without a sentence") != std::string::npos)
    report.fail("start failed and did not say why");
  if (why.find('\n') != std::string::npos)
    report.fail("the sentence of start has more than one line: " + why);
  stage->finish();
  report.breaches(*stage);
}

void stops_in_time(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  stage->start();
  const auto began = Steady::now();
  stage->stop();
  if (Steady::now() - began > kStopLimit)
    report.fail("stop took longer than " + std::to_string(kStopLimit.count()) + " s");
}

void stops_without_start(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  if (!stage->configure().empty()) return;
  stage->stop();
  stage->finish();
  report.breaches(*stage);
}

void leaves_nothing(const Subject& subject, Report& report) {
  {
    const auto first = subject.stage();  // what a library keeps for good is there afterwards
    if (const std::string why = first->start(); !why.empty()) {
      report.skip("it does not start here: " + why);
      return;
    }
    if (subject.is_stage()) first->run({testing::Page{.text = "text"}});
    first->finish();
  }
  const std::size_t threads_before = threads();
  const std::size_t descriptors_before = descriptors();
  {
    const auto second = subject.stage();
    if (!second->start().empty()) return;
    if (subject.is_stage()) second->run({testing::Page{.text = "text"}});
    second->finish();
    report.breaches(*second, {"leaked-record", "leaked-buffer", "held-service", "never-answered",
                              "host-call-after-stop"});
  }
  if (!threads_return_to(threads_before))
    report.fail("a thread of it still runs after stop and destroy");
  if (descriptors() > descriptors_before)
    report.fail("a file or socket of it is still open after stop and destroy");
}

}  // namespace

std::vector<Check> life_checks() {
  return {
      {"create.repeatable", Severity::kError, Needs::kLoaded,
       "It can be created and destroyed a hundred times without growing.",
       "Free in destroy what create made, and call nothing of the host but get_interface.",
       makes_and_ends},
      {"configure.works", Severity::kError, Needs::kLoaded,
       "It accepts settings that its schema accepts.",
       "Say what is wrong with Status::config(\"/setting\", ...), or give the checks better "
       "settings with --set.",
       configures},
      {"configure.quiet", Severity::kError, Needs::kLoaded,
       "configure makes no connection, thread or file.",
       "Move it to start: `sluice check` calls configure on laptops and in CI.",
       configures_quietly},
      {"start.alone", Severity::kError, Needs::kLoaded,
       "start ends in time when nothing answers, and says what is missing.",
       "Give every connection a deadline; fail with one sentence, or start and connect later.",
       starts_alone},
      {"stop.prompt", Severity::kError, Needs::kLoaded, "stop comes back.",
       "Give up what is under way in stop: wake threads and join them, wait for nobody else.",
       stops_in_time, std::chrono::seconds(15)},
      {"stop.without-start", Severity::kError, Needs::kLoaded,
       "It can be stopped when it was configured and never started.",
       "stop has to cope with members that only start fills in.", stops_without_start},
      {"stop.clean", Severity::kError, Needs::kLoaded,
       "Nothing of it is left after stop: no thread, file, record or reference.",
       "Join threads, close files and give references back in stop.", leaves_nothing},
  };
}

}  // namespace sluice::verify
