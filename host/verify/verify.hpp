// Tries everything that a host expects of a plugin on one file.
#pragma once

#include "base/result.hpp"
#include "plugin/image.hpp"
#include "verify/check.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace sluice::verify {

struct Options {
  std::filesystem::path file;
  std::string only;                    // a regular expression of ids; empty: all
  std::vector<std::string> overrides;  // of settings: key=value
  uint64_t seed = 1;
  uint32_t walks = 1000;
  uint32_t patience = 1;       // a check may take so many times as long
  bool is_in_process = false;  // for a debugger: no process of its own, no limit of time
  plugin::HostOffer host;
  std::filesystem::path copies;  // as plugin::LoadOptions has it
};

enum class Outcome : uint8_t { kPassed, kFailed, kWarned, kSkipped };

struct Trial {                   // of one check
  const Check* check = nullptr;  // static
  Outcome outcome = Outcome::kPassed;
  std::vector<std::string> sentences;  // what was found, or why it was skipped
  std::chrono::milliseconds took{0};
};

struct Summary {
  std::string file;
  uint64_t seed = 0;
  std::vector<Trial> results;
  std::size_t count(Outcome outcome) const;
  bool is_good() const { return count(Outcome::kFailed) == 0; }
};

// The checks there are, in the order they run.
const std::vector<Check>& checks();

// Calls `tell` after each check. An Error: the file is no shared object, or the options are wrong.
// The caller has no other thread.
Result<Summary> verify(const Options& options, const std::function<void(const Trial&)>& tell);

}  // namespace sluice::verify
