// Check: one thing that is tried on a plugin, and where it puts what it finds.
#pragma once

#include "base/clock.hpp"
#include "plugin/elf_note.hpp"
#include "plugin/image.hpp"

#include <sluice/testing.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::verify {

// What a check is tried on. Made in the process that runs the check.
struct Subject {
  std::filesystem::path file;
  plugin::ElfFacts facts;                      // of the file
  std::shared_ptr<const plugin::Image> image;  // null for checks of the file alone
  const sluice_descriptor* descriptor = nullptr;
  std::string settings;  // JSON: what the schema requires, and what --set says
  uint64_t seed = 1;
  uint32_t walks = 0;    // of life.walk
  bool is_alone = true;  // in a process of its own; else the check leaves that process as it was
  std::function<void(const char* function)> watch;  // hears which function is called

  bool has_role(std::string_view id) const;
  bool is_stage() const;
  // A component on a host whose clock runs and whose network answers nothing. Its data folder lies
  // in `folders`; empty: with the temporary files.
  std::unique_ptr<testing::Stage> stage(std::string settings_json,
                                        std::filesystem::path folders = {}) const;
  std::unique_ptr<testing::Stage> stage() const { return stage(settings); }
};

// Takes the findings of one check; [control] of whoever runs it.
class Report {
 public:
  explicit Report(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
  // One sentence of what is wrong.
  void fail(std::string_view sentence) { write_("F" + std::string(sentence)); }
  // The check does not apply: why.
  void skip(std::string_view why) { write_("S" + std::string(why)); }
  // The breaches of these kinds; of every kind when there is none.
  void breaches(testing::Stage& stage, const std::vector<std::string_view>& kinds = {});

 private:
  std::function<void(std::string_view)> write_;
};

enum class Severity : uint8_t { kError, kWarning };
enum class Needs : uint8_t { kFile, kLoaded };

struct Check {
  const char* id;
  Severity severity;
  Needs needs;
  const char* promise;  // what holds of a good plugin, as a claim
  const char* remedy;   // one line: what to do when it does not
  void (*run)(const Subject& subject, Report& report);
  std::chrono::seconds limit = std::chrono::seconds(30);
};

// The groups, in the order they run.
std::vector<Check> file_checks();
std::vector<Check> entry_checks();
std::vector<Check> life_checks();
std::vector<Check> stage_checks();
std::vector<Check> role_checks();
std::vector<Check> memory_checks();
std::vector<Check> walk_checks();

}  // namespace sluice::verify
