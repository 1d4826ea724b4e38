// Runs something in a process of its own, so that a crash or a hang is an answer.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::verify {

// What the child may do to be heard; everything reaches the parent at once.
struct Line {
  std::function<void(std::string_view text)> write;
  std::function<void(const char* function)> watch;  // what is being called
};

struct Ending {
  enum class Kind { kReturned, kCrashed, kHung, kNotStarted };
  Kind kind = Kind::kReturned;
  std::vector<std::string> written;
  std::string last_call;  // the function of the plugin that was called last
  std::string how;        // "was ended by signal 11 (Segmentation fault)"
};

// Forks, runs `work` and waits for at most `limit`; then the child is killed. The caller has no
// other thread.
Ending run_in_child(const std::function<void(const Line&)>& work, std::chrono::milliseconds limit);

}  // namespace sluice::verify
