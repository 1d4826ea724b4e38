// Roles beside transform and sink.
#include "verify/check.hpp"
#include "verify/pages.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <thread>

namespace sluice::verify {
namespace {

using testing::Stage;

std::unique_ptr<Stage> started_as(const Subject& subject, const char* role, Report& report) {
  if (!subject.has_role(role)) {
    report.skip(std::string("it does not list ") + role);
    return nullptr;
  }
  auto stage = subject.stage();
  const std::string why = stage->start();
  if (why.empty()) return stage;
  report.skip("it does not start here: " + why);
  return nullptr;
}

void offers_its_roles(const Subject& subject, Report& report) {
  const auto stage = subject.stage();
  if (!stage->create().empty()) return;
  for (const char* const* role = subject.descriptor->roles; *role; ++role) {
    const void* table = stage->role<void>(*role);
    if (!table) report.fail(std::string("it lists ") + *role + " and get_role gives nothing");
    if (table != stage->role<void>(*role))
      report.fail(std::string("get_role gave another table for ") + *role + " the second time");
  }
  if (stage->role<void>("sluice.nonsense/1"))
    report.fail("get_role gives a table for a role that there is none of");
}

void searches(const Subject& subject, Report& report) {
  const auto stage = started_as(subject, SLUICE_ROLE_SEARCH, report);
  if (!stage) return;
  const std::vector<float> vector(8, 0.25F);
  const auto ask = [&](const char* text, uint32_t limit, const char* filter) {
    const auto found = stage->search(text, vector, limit, filter);
    if (!found.answer.ok() && found.answer.why.empty())
      report.fail(std::string("a search for \"") + text + "\" failed without a sentence");
  };
  if (subject.is_stage()) stage->run({page("https://example.org/a", "green tea")});
  ask("green tea", 10, "");
  ask("", 10, "");
  ask("tea", 1, R"({"language":["en","de"]})");
  ask("\xFF\xFE", 10, "not json");
  ask("tea", 0, R"({"no such key":7})");
  stage->search("tea", {}, 10);
  stage->finish();
  report.breaches(*stage);
}

sluice_key key_of(std::string_view scope, std::string_view id, uint8_t digest) {
  sluice_key key{};
  key.scope = testing::view_of(scope);
  key.id = testing::view_of(id);
  key.digest[0] = digest;
  return key;
}

// Of a component whose far end is away, any failure with a sentence will do.
void dedupes(const Subject& subject, Report& report) {
  const auto stage = started_as(subject, SLUICE_ROLE_DEDUPE, report);
  if (!stage) return;
  std::vector<uint8_t> answers;
  const auto key = key_of("verify", "https://example.org/", 1);
  const auto first = stage->claim({key}, answers);
  if (!first.ok()) {
    if (first.why.empty()) report.fail("claim failed without a sentence");
    return;
  }
  if (answers[0] != SLUICE_KEY_NEW) report.fail("a page that was never seen is not new");
  if (!stage->settle({key}, SLUICE_E_REJECT).ok()) report.fail("settle failed after a claim");
  stage->claim({key}, answers);
  if (answers[0] != SLUICE_KEY_NEW)
    report.fail("a page that was given up is not new when it comes again");
  stage->settle({key}, SLUICE_OK);
  stage->claim({key}, answers);
  if (answers[0] != SLUICE_KEY_SAME)
    report.fail("a page that was done is claimed again in the same crawl");
  stage->claim({key_of("another", "https://example.org/", 1)}, answers);
  if (answers[0] != SLUICE_KEY_UNCHANGED)
    report.fail("a page with the same content is not recognised in another crawl");
  const auto changed = key_of("a third", "https://example.org/", 2);
  stage->claim({changed}, answers);
  if (answers[0] != SLUICE_KEY_CHANGED)
    report.fail("a page with other content is not told from one that is unchanged");
  stage->settle({changed}, SLUICE_OK);
  const auto deletion = key_of("", "https://example.org/", 0);
  stage->claim({deletion}, answers);
  stage->settle({deletion}, SLUICE_OK);
  stage->claim({key_of("a fourth", "https://example.org/", 2)}, answers);
  if (answers[0] == SLUICE_KEY_UNCHANGED)
    report.fail("a page that was deleted counts as unchanged when it comes back");
  stage->finish();
  report.breaches(*stage);
}

void embeds(const Subject& subject, Report& report) {
  const auto stage = started_as(subject, SLUICE_ROLE_EMBED, report);
  if (!stage) return;
  const auto* table = stage->role<sluice_embed>(SLUICE_ROLE_EMBED);
  if (table->dimension(stage->raw()) == 0) {
    report.skip("it knows no dimension while nothing answers");
    return;
  }
  std::vector<float> rows;
  const auto answer = stage->embed({"green tea", "green tea", "", "\xFF\xFE"}, rows);
  if (!answer.ok()) {
    if (answer.why.empty()) report.fail("embed failed without a sentence");
    return;
  }
  const std::size_t dimension = rows.size() / 4;
  for (const float value : rows)
    if (!std::isfinite(value)) report.fail("a vector has a value that is not finite");
  if (!std::equal(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(dimension),
                  rows.begin() + static_cast<std::ptrdiff_t>(dimension)))
    report.fail("one text has two vectors");
  stage->finish();
  report.breaches(*stage);
}

void ends_its_run(const Subject& subject, Report& report) {
  const auto stage = started_as(subject, SLUICE_ROLE_SOURCE, report);
  if (!stage) return;
  const auto* table = stage->role<sluice_source>(SLUICE_ROLE_SOURCE);
  if (!SLUICE_HAS_FN(table, run)) {
    report.skip("it has no thread of its own");
    return;
  }
  std::atomic<bool> is_over{false};  // set last by the thread, read by the loop below
  testing::Answer answer;
  std::thread thread([&] {
    answer = stage->run_source();
    is_over = true;
  });
  const auto until = Steady::now() + std::chrono::milliseconds(200);
  while (!is_over && Steady::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  stage->host().answer_pushes(SLUICE_E_STOPPING);
  stage->drain();
  stage->stop();
  const auto limit = Steady::now() + std::chrono::seconds(5);
  while (!is_over && Steady::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (!is_over) {
    report.fail("run goes on 5 s after drain and stop");
    thread.detach();
    _exit(0);  // what it reported is out; the thread would outlive what it uses
  }
  thread.join();
  if (!answer.ok() && answer.status != SLUICE_E_STOPPING && answer.why.empty())
    report.fail("run failed without a sentence");
  stage->finish();
  report.breaches(*stage);
}

}  // namespace

std::vector<Check> role_checks() {
  return {
      {"role.offered", Severity::kError, Needs::kLoaded,
       "It offers the roles that it lists, and no others.",
       "Let get_role give one static table for each id in `roles`, and NULL for any other.",
       offers_its_roles},
      {"search.answers", Severity::kError, Needs::kLoaded,
       "Searches give hits in order, or a sentence.",
       "Add the best hit first, no more than `limit`; refuse a filter you cannot read with a "
       "sentence.",
       searches},
      {"dedupe.remembers", Severity::kError, Needs::kLoaded,
       "A page is claimed once, and known when it comes again, unless it was deleted.",
       "abi/roles.h says what each answer of claim means.", dedupes},
      {"embed.vectors", Severity::kError, Needs::kLoaded,
       "Vectors are finite, and the same for the same text.",
       "Fill every row that you were given, also for an empty text.", embeds},
      {"source.ends", Severity::kError, Needs::kLoaded,
       "A source's thread ends when the pipeline does.",
       "Return SLUICE_E_STOPPING from run once push says so or drain was called.", ends_its_run},
  };
}

}  // namespace sluice::verify
