// The program `sluice` as a child process: run to its end, or kept running as a host.
#pragma once

#include "support/patience.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

inline constexpr int kConfigExit = 78;  // of a pipeline file that cannot be used

// What ended a process: its exit code, or 128 and the signal, as a shell says it.
constexpr int by_signal(int signal) { return 128 + signal; }

struct Finished {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// `sluice` with arguments; killed when it takes longer than `timeout`.
Finished run_sluice(const std::vector<std::string>& arguments,
                    milliseconds timeout = patient(seconds(60)));

// A running `sluice run`. Killed, if need be, by the destructor.
class HostProcess final {
 public:
  // What it prints goes to files in `folder`, which are appended to.
  HostProcess(const std::vector<std::string>& arguments, const std::filesystem::path& folder);
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const;
  bool is_running() { return !wait(milliseconds(0)); }
  // The exit code; nothing when it still runs.
  std::optional<int> wait(milliseconds timeout);
  std::string out() const;
  std::string err() const;
  // Resident memory, in MiB: now, and at most until now.
  std::size_t resident_mib() const { return memory_mib("VmRSS:"); }
  std::size_t peak_mib() const { return memory_mib("VmHWM:"); }

 private:
  std::size_t memory_mib(std::string_view key) const;

  std::filesystem::path folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace sluice::testing
