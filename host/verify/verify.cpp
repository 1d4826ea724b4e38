// One check after the other, each in a process that loads the plugin anew.
#include "verify/verify.hpp"

#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "plugin/plugin_file.hpp"
#include "verify/child.hpp"
#include "verify/example_settings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <regex>
#include <system_error>
#include <utility>

namespace sluice::verify {
namespace {

// Of a message that a check could not be run for; a result is a warning or an error by its check.
constexpr char kFailedMark = 'F';

observe::Log::Options quiet() {
  observe::Log::Options options;
  options.level = observe::Level::kError;
  return options;
}

// Of each further check, once one has hung: the next will as well, and nobody waits for them all.
constexpr std::chrono::seconds kShortLimit{5};

struct Runner {
  const Options& options;
  plugin::ElfFacts facts;
  std::optional<std::string> cannot_load;  // why checks of the loaded plugin are left out
  nlohmann::json overrides = nlohmann::json::object();
  bool has_hung = false;

  // In the process of the check.
  void run(const Check& check, const Line& line) const {
    Report report(line.write);
    Subject subject;
    subject.file = options.file;
    subject.facts = facts;
    subject.seed = options.seed;
    subject.walks = options.walks;
    subject.is_alone = !options.is_in_process;
    subject.watch = line.watch;
    if (check.needs == Needs::kFile) return check.run(subject, report);
    // They live as long as the process, as the plugin does.
    static observe::Metrics metrics;
    static observe::Log log(quiet());
    static plugin::Faults faults(metrics, log);
    line.watch(SLUICE_ENTRY_SYMBOL);
    const auto image =
        plugin::load(options.file, {std::nullopt, options.copies}, options.host, faults);
    if (!image) return report.fail(image.error().message);
    subject.image = *image;
    subject.descriptor = subject.image->descriptors().front();
    const auto schema = nlohmann::json::parse(subject.descriptor->config_schema, nullptr, false);
    nlohmann::json settings = example_settings(schema);
    settings.update(overrides);
    subject.settings = settings.dump();
    check.run(subject, report);
  }

  Trial try_one(const Check& check) {
    Trial result;
    result.check = &check;
    if (check.needs == Needs::kLoaded && cannot_load) {
      result.outcome = Outcome::kSkipped;
      result.sentences.push_back(*cannot_load);
      return result;
    }
    const auto began = Steady::now();
    const Ending ending =
        options.is_in_process
            ? here(check)
            : run_in_child([&](const Line& line) { run(check, line); },
                           (has_hung ? kShortLimit : check.limit) * options.patience);
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began);
    has_hung = has_hung || ending.kind == Ending::Kind::kHung;
    bool has_failed = false;
    for (const std::string& line : ending.written) {
      has_failed = has_failed || line.front() == kFailedMark;
      result.sentences.push_back(line.substr(1));
    }
    if (ending.kind != Ending::Kind::kReturned) {
      has_failed = true;
      result.sentences.push_back(ending.last_call.empty()
                                     ? "the check " + ending.how
                                     : "the plugin " + ending.how + ", in " + ending.last_call);
    }
    if (has_failed) {
      result.outcome = check.severity == Severity::kError ? Outcome::kFailed : Outcome::kWarned;
    } else if (!result.sentences.empty()) {
      result.outcome = Outcome::kSkipped;
    }
    return result;
  }

  Ending here(const Check& check) const {
    Ending ending;
    run(check,
        {[&](std::string_view line) { ending.written.emplace_back(line); }, [](const char*) {}});
    return ending;
  }
};

}  // namespace

std::size_t Summary::count(Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Trial& result) { return result.outcome == outcome; }));
}

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> list;
    for (const auto& group : {file_checks(), entry_checks(), life_checks(), stage_checks(),
                              role_checks(), memory_checks(), walk_checks()})
      list.insert(list.end(), group.begin(), group.end());
    return list;
  }();
  return all;
}

Result<Summary> verify(const Options& options, const std::function<void(const Trial&)>& tell) {
  std::regex only;
  try {
    only = std::regex(options.only);
  } catch (const std::regex_error&) {
    return Error{Fault::kInvalid, "--only " + options.only + " is not a regular expression"};
  }
  Options absolute = options;
  std::error_code failed;
  absolute.file = std::filesystem::absolute(options.file, failed);
  auto facts = plugin::read_elf(absolute.file);
  if (!facts) return facts.error();
  Runner runner{absolute, std::move(*facts), std::nullopt, nlohmann::json::object(), false};
  if (auto taken = apply_overrides(runner.overrides, options.overrides); !taken)
    return std::move(taken).error();
  Summary summary{options.file.string(), options.seed, {}};
  for (const Check& check : checks()) {
    const bool is_gate =
        std::string_view(check.id) == "file.note" || std::string_view(check.id) == "entry.opens";
    const bool is_asked_for = std::regex_search(check.id, only);
    if (!is_asked_for && !is_gate) continue;
    Trial result = runner.try_one(check);
    if (is_gate && result.outcome == Outcome::kFailed)
      runner.cannot_load = std::string(check.id) + " failed, so it cannot be loaded";
    if (!is_asked_for && result.outcome != Outcome::kFailed) continue;
    tell(result);
    summary.results.push_back(std::move(result));
  }
  if (summary.results.empty())
    return Error{Fault::kInvalid, "no check has an id that matches --only " + options.only};
  return summary;
}

}  // namespace sluice::verify
