// Batches: what a transform or a sink does with them.
#include "verify/check.hpp"
#include "verify/pages.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace sluice::verify {
namespace {

using testing::Outcome;
using testing::Page;
using testing::Stage;

constexpr std::chrono::milliseconds kSubmitLimit{5};  // of a stage that never blocks

// A started stage, or a skip and null.
std::unique_ptr<Stage> started(const Subject& subject, Report& report) {
  if (!subject.is_stage()) {
    report.skip("it is neither a transform nor a sink");
    return nullptr;
  }
  auto stage = subject.stage();
  const std::string why = stage->start();
  if (why.empty()) return stage;
  report.skip("it does not start here: " + why);
  return nullptr;
}

// Runs `pages` and ends the stage; its breaches of these kinds are findings.
void try_pages(const Subject& subject, Report& report, const std::vector<Page>& pages,
               const std::vector<std::string_view>& kinds) {
  const auto stage = started(subject, report);
  if (!stage) return;
  stage->run(pages);
  stage->finish();
  report.breaches(*stage, kinds);
}

std::vector<Page> some_pages() {
  const Page document = page("https://example.org/a", "Green tea is not fermented.");
  std::vector<Page> pages = {document, page("https://example.org/b", "Black tea is.")};
  pages.push_back(testing::chunk_of(document, 0, "Green tea"));
  pages.back().vectors = document.vectors;
  return pages;
}

void completes_once(const Subject& subject, Report& report) {
  try_pages(subject, report, some_pages(), {"completed-twice", "never-completed"});
}

void judges_each(const Subject& subject, Report& report) {
  try_pages(subject, report, some_pages(), {"verdict-missing", "nonsense-verdict"});
}

void lets_go(const Subject& subject, Report& report) {
  try_pages(subject, report, some_pages(), {"written-after-completing", "not-your-record"});
}

void leaks_nothing(const Subject& subject, Report& report) {
  try_pages(subject, report, some_pages(), {"leaked-record", "leaked-buffer"});
}

void keeps_every_rule(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  stage->run(some_pages());
  stage->flush();
  stage->finish();
  for (const testing::Breach& breach : stage->host().breaches()) {
    const bool has_a_check_of_its_own =
        breach.kind == "completed-twice" || breach.kind == "never-completed" ||
        breach.kind == "verdict-missing" || breach.kind == "nonsense-verdict" ||
        breach.kind == "written-after-completing" || breach.kind == "not-your-record" ||
        breach.kind == "leaked-record" || breach.kind == "leaked-buffer";
    if (!has_a_check_of_its_own) report.fail(breach.sentence);
  }
}

void survives_texts(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  for (const Page& hostile : hostile_pages()) {
    const Outcome out = stage->run({hostile});
    if (!out.is_completed && out.taken == SLUICE_OK) {
      report.fail("a batch with the page " + hostile.id.substr(0, 60) + " was not completed");
    } else if (out.taken == SLUICE_OK && out[0].verdict < 0 && out[0].why.empty()) {
      report.fail("the page " + hostile.id.substr(0, 60) + " failed without a sentence");
    }
  }
  stage->run(hostile_pages());
  stage->finish();
  report.breaches(*stage);
}

void knows_operations(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  Page gone = page("https://example.org/a", "");
  gone.op = SLUICE_DELETE;
  Page shorter = gone;
  shorter.op = SLUICE_TRIM;
  shorter.chunk_count = 1;
  for (const Page& each : {gone, shorter}) {
    const Outcome out = stage->run({each});
    if (out.taken != SLUICE_OK || out[0].verdict == SLUICE_OK) continue;
    if (out[0].verdict == SLUICE_E_RETRY || out[0].verdict == SLUICE_E_AGAIN) continue;
    const char* name = each.op == SLUICE_DELETE ? "a deletion" : "a trim";
    if (subject.has_role(SLUICE_ROLE_TRANSFORM) && out[0].verdict == SLUICE_DROPPED) {
      report.fail(std::string("it drops ") + name + ", so that no sink hears of it");
    } else {
      report.fail(std::string("it answers ") + name + " with " + std::to_string(out[0].verdict) +
                  " (" + out[0].why + "); the text is empty and that is as it should be");
    }
  }
}

// What a reader could see of an outcome.
std::string shape_of(const Outcome& out) {
  std::string shape;
  for (const testing::Settled& settled : out.records) {
    shape += std::to_string(settled.verdict) + " " + settled.record.text + "|";
    for (const auto& [key, value] : settled.record.meta) shape += key + "=" + value.shown() + ",";
    for (const auto& [name, vector] : settled.record.vectors)
      for (const float f : vector) shape += std::to_string(f) + " ";
    for (const Page& child : settled.children)
      shape += "[" + child.id + " " + child.text + " " + std::to_string(child.offset) + "]";
    shape += "\n";
  }
  return shape;
}

void repeats_itself(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  if ((stage->stage()->flags & SLUICE_STAGE_IDEMPOTENT) == 0) {
    report.skip("it does not say that it is idempotent");
    return;
  }
  const auto first = shape_of(stage->run(some_pages()));
  const auto counted = [&] {
    sluice_search_stats counts{};
    counts.struct_size = sizeof counts;
    const auto* table = subject.has_role(SLUICE_ROLE_SEARCH)
                            ? stage->role<sluice_search>(SLUICE_ROLE_SEARCH)
                            : nullptr;
    if (table && SLUICE_HAS_FN(table, stats)) table->stats(stage->raw(), &counts, nullptr);
    return std::pair(counts.documents, counts.chunks);
  };
  const auto before = counted();
  if (shape_of(stage->run(some_pages())) != first)
    report.fail("the same records gave something else the second time");
  if (counted() != before) report.fail("the index holds more after the same records came again");
}

void submits_at_once(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  if ((stage->stage()->flags & SLUICE_STAGE_NONBLOCKING) == 0) {
    report.skip("it may block");
    return;
  }
  // The best of some, so that a busy machine is not taken for a slow plugin.
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 10; ++i) {
    const auto began = Steady::now();
    const auto batch = stage->submit(some_pages());
    best = std::min<std::chrono::nanoseconds>(best, Steady::now() - began);
    stage->outcome(batch);
  }
  if (best > kSubmitLimit)
    report.fail(
        "submit took " +
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(best).count()) +
        " ms on the event loop");
}

void agrees_with_itself(const Subject& subject, Report& report) {
  std::optional<std::string> alone;
  for (const std::size_t concurrency : {1U, 2U, 16U}) {
    const auto stage = started(subject, report);
    if (!stage) return;
    const uint32_t flags = stage->stage()->flags;
    if ((flags & (SLUICE_STAGE_REENTRANT | SLUICE_STAGE_NONBLOCKING)) == 0) {
      report.skip("it takes one batch at a time");
      return;
    }
    std::mt19937_64 random(subject.seed);
    std::vector<std::vector<Page>> batches;
    for (std::size_t i = 0; i < 16; ++i) batches.push_back(random_pages(random, 5));
    std::vector<std::string> shapes(batches.size());
    std::vector<std::thread> workers;
    for (std::size_t w = 0; w < concurrency; ++w) {
      workers.emplace_back([&, w] {
        for (std::size_t i = w; i < batches.size(); i += concurrency)
          shapes[i] = shape_of(stage->run(batches[i]));
      });
    }
    for (auto& worker : workers) worker.join();
    std::string all;
    for (const std::string& shape : shapes) all += shape;
    if (!alone) alone = all;
    if (*alone != all)
      report.fail("with " + std::to_string(concurrency) +
                  " batches at a time it makes something else of the same records");
    stage->finish();
    report.breaches(*stage);
  }
}

void gives_back_on_stop(const Subject& subject, Report& report) {
  const auto stage = started(subject, report);
  if (!stage) return;
  for (int i = 0; i < 4; ++i) stage->submit(some_pages());
  stage->stop();
  stage->finish();
  report.breaches(*stage, {"never-completed", "completed-twice", "written-after-completing"});
}

}  // namespace

std::vector<Check> stage_checks() {
  return {
      {"batch.completed-once", Severity::kError, Needs::kLoaded,
       "Every batch is completed exactly once.",
       "Call batch_complete once for each batch that submit took, before or after it returns.",
       completes_once},
      {"batch.verdicts", Severity::kError, Needs::kLoaded,
       "Every record has a verdict, and one that there is.",
       "Settle each record with SLUICE_OK, SLUICE_DROPPED, SLUICE_E_RETRY or SLUICE_E_REJECT.",
       judges_each},
      {"batch.let-go", Severity::kError, Needs::kLoaded,
       "Nothing is done to a batch or its records once it was completed.",
       "Make batch_complete the last thing, and keep no handle beyond it.", lets_go},
      {"batch.no-leaks", Severity::kError, Needs::kLoaded,
       "Records and buffers that it made are given away or freed.",
       "Emit or free each record you made, and unref each buffer.", leaks_nothing},
      {"batch.rules", Severity::kError, Needs::kLoaded, "It keeps every other rule of the headers.",
       "The sentence above names the rule; abi/*.h has it beside the function.", keeps_every_rule},
      {"batch.texts", Severity::kError, Needs::kLoaded,
       "No text makes it crash, hang or fail without a sentence.",
       "Take every text: empty, 10 MB, not UTF-8, with zeros in it.", survives_texts},
      {"batch.operations", Severity::kError, Needs::kLoaded,
       "Deletions and trims are passed on or carried out.",
       "Look at record_op before the text: these records have none.", knows_operations},
      {"stage.idempotent", Severity::kWarning, Needs::kLoaded,
       "A stage that says it is idempotent is.",
       "Replace what has the same id, or do not set SLUICE_STAGE_IDEMPOTENT.", repeats_itself},
      {"stage.nonblocking", Severity::kError, Needs::kLoaded,
       "A stage that says it never blocks does not.",
       "Start the work and return; complete the batch from a callback.", submits_at_once},
      {"stage.concurrent", Severity::kError, Needs::kLoaded,
       "Many batches at a time give what one at a time gives.",
       "Guard what calls share, or do not set SLUICE_STAGE_REENTRANT.", agrees_with_itself},
      {"stop.gives-back", Severity::kError, Needs::kLoaded,
       "Batches that are out when it is stopped are completed.",
       "Complete what you hold in stop, with SLUICE_E_RETRY for what was not done.",
       gives_back_on_stop},
  };
}

}  // namespace sluice::verify
