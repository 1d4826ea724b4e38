// Allocations that fail, one after the other.
#include "verify/check.hpp"
#include "verify/pages.hpp"
#include "verify/starving.hpp"

#include <algorithm>
#include <string>

namespace sluice::verify {
namespace {

// A stage may make thousands of allocations for one batch; the first ones and some of the later
// ones tell as much as all of them.
constexpr uint64_t kEach = 60;
constexpr uint64_t kMost = 4000;

// Batches that may still pay for what was left half done before.
constexpr int kAftermath = 2;

bool is_delivered(const testing::Outcome& out) {
  return out.is_completed &&
         std::all_of(out.records.begin(), out.records.end(), [](const testing::Settled& record) {
           return record.verdict == SLUICE_OK || record.verdict == SLUICE_DROPPED;
         });
}

// What is wrong with a batch in whose time the allocation failed; empty: nothing.
std::string why_bad(const testing::Outcome& out) {
  if (out.taken == SLUICE_OK && !out.is_completed) return "its batch was not completed";
  for (const testing::Settled& record : out.records) {
    if (record.verdict == SLUICE_E_FATAL)
      return "it ended the pipeline, although memory may come back: " + record.why;
  }
  return "";
}

void outlives_starvation(const Subject& subject, Report& report) {
  if (!subject.is_alone) {
    report.skip("it can only be tried in a process of its own");
    return;
  }
  if (!subject.is_stage()) {
    report.skip("it is neither a transform nor a sink");
    return;
  }
  const auto stage = subject.stage();
  if (const std::string why = stage->start(); !why.empty()) {
    report.skip("it does not start here: " + why);
    return;
  }
  const std::vector<testing::Page> pages = {page("https://example.org/a", "Green tea, black tea."),
                                            page("https://example.org/b", "Water.")};
  const bool did_work = is_delivered(stage->run(pages));
  if (!watch_allocations(subject.descriptor)) {
    report.skip("it allocates nothing by itself");
    return;
  }
  uint64_t nth = 1;
  while (nth < kMost) {
    fail_allocation(nth);
    const auto out = stage->run(pages);
    const uint64_t made = allocations();
    fail_allocation(0);
    if (const std::string bad = why_bad(out); !bad.empty()) {
      report.fail("allocation " + std::to_string(nth) + " failed, and " + bad);
      return;
    }
    if (made < nth) break;  // there was no such allocation
    nth += nth < kEach ? 1 : nth / 8;
  }
  bool does_work = !did_work;
  for (int i = 0; i < kAftermath && !does_work; ++i) does_work = is_delivered(stage->run(pages));
  if (!does_work) report.fail("it delivers nothing any more since allocations failed");
  stage->finish();
  report.breaches(*stage, {"verdict-missing", "never-completed", "threw"});
}

}  // namespace

std::vector<Check> memory_checks() {
  return {{"memory.exhausted", Severity::kWarning, Needs::kLoaded,
           "An allocation that fails is a verdict, not a crash.",
           "Check malloc for NULL; let nothing that allocates be called from a noexcept function "
           "but through a catch.",
           outlives_starvation, std::chrono::seconds(60)}};
}

}  // namespace sluice::verify
