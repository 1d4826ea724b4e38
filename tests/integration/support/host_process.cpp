// fork and exec; nothing of the test's but the three standard streams gets into the child.
#include "support/host_process.hpp"

#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace sluice::testing {
namespace {

constexpr int kCannotExec = 127;  // as shells say it

// In the child, after fork: only what is async-signal-safe.
[[noreturn]] void become(char* const* argv, const char* out, const char* err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed takes its host along
  const int nothing = open("/dev/null", O_RDONLY);
  const int out_file = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int err_file = open(err, O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(nothing, STDIN_FILENO);
  dup2(out_file, STDOUT_FILENO);
  dup2(err_file, STDERR_FILENO);
  close_range(STDERR_FILENO + 1, ~0U, 0);
  execv(argv[0], argv);
  _exit(kCannotExec);
}

pid_t start(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  std::vector<std::string> words = {SLUICE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string out = (folder / "stdout").string();
  const std::string err = (folder / "stderr").string();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process can be made");
  if (child == 0) become(argv.data(), out.c_str(), err.c_str());
  return child;
}

}  // namespace

HostProcess::HostProcess(const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder)
    : folder_(folder), pid_(start(arguments, folder)) {}

HostProcess::~HostProcess() {
  if (wait(milliseconds(0))) return;
  send(SIGKILL);
  wait(patient(seconds(10)));
}

// Not after it was waited for: the number may be another process's by then.
void HostProcess::send(int signal) const {
  if (!exit_code_) ::kill(pid_, signal);
}

std::optional<int> HostProcess::wait(milliseconds timeout) {
  if (exit_code_) return exit_code_;
  eventually(
      [&] {
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
        exit_code_ = WIFSIGNALED(status) ? by_signal(WTERMSIG(status)) : WEXITSTATUS(status);
        return true;
      },
      timeout);
  return exit_code_;
}

std::string HostProcess::out() const { return read_file(folder_ / "stdout"); }
std::string HostProcess::err() const { return read_file(folder_ / "stderr"); }

std::size_t HostProcess::memory_mib(std::string_view key) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stoul(line.substr(key.size())) / 1024;
  }
  return 0;
}

Finished run_sluice(const std::vector<std::string>& arguments, milliseconds timeout) {
  const TemporaryFolder folder;
  HostProcess process(arguments, folder.path());
  const auto code = process.wait(timeout);
  return {code.value_or(-1), process.out(), process.err()};
}

}  // namespace sluice::testing
