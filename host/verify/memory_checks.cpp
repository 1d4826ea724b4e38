// Allocations that fail, one after the other.
#include "verify/check.hpp"
#include "verify/pages.hpp"
#include "verify/starving.hpp"

#include <string>

namespace sluice::verify {
namespace {

// A stage may make thousands of allocations for one batch; the first ones and some of the later
// ones tell as much as all of them.
constexpr uint64_t kEach = 60;
constexpr uint64_t kMost = 4000;

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
  stage->run(pages);
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
    if (out.taken == SLUICE_OK && !out.is_completed) {
      report.fail("its batch was not completed after allocation " + std::to_string(nth) +
                  " had failed");
      return;
    }
    if (made < nth) break;  // there was no such allocation
    nth += nth < kEach ? 1 : nth / 8;
  }
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
