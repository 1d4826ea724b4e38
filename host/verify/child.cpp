// The child writes into memory that both share, so nothing that it said is lost with it.
#include "verify/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>

namespace sluice::verify {
namespace {

constexpr std::size_t kRoom = std::size_t{64} * 1024;  // of findings; the rest is cut

// Lines in `text`, each ended by a zero; `size` counts whole lines only.
struct Shared {
  std::atomic<std::size_t> size{0};
  // A literal of this program, which is at the same place in both processes.
  std::atomic<const char*> last_call{""};
  char text[kRoom] = {};
};

class SharedPage {
 public:
  SharedPage()
      : memory_(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0)) {
    if (memory_ != MAP_FAILED) page_ = new (memory_) Shared;
  }
  ~SharedPage() {
    if (memory_ != MAP_FAILED) munmap(memory_, sizeof(Shared));
  }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  Shared* get() const { return page_; }

 private:
  void* memory_;
  Shared* page_ = nullptr;
};

void write_line(Shared& shared, std::string_view line) {
  const std::size_t at = shared.size.load(std::memory_order_relaxed);
  if (line.size() + 1 > kRoom - at) return;
  std::memcpy(shared.text + at, line.data(), line.size());
  shared.text[at + line.size()] = '\0';
  shared.size.store(at + line.size() + 1, std::memory_order_release);
}

bool write_file(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  const bool is_written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) close(fd);
  return is_written;
}

// A network of its own, without anybody in it. Where that is not allowed, plugins that bring their
// own sockets see the machine's.
void leave_network() {
  const std::string user = std::to_string(getuid());
  const std::string group = std::to_string(getgid());
  if (unshare(CLONE_NEWNET) == 0) return;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return;
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", user + " " + user + " 1");
  write_file("/proc/self/gid_map", group + " " + group + " 1");
}

[[noreturn]] void be_child(Shared& shared, const std::function<void(const Line&)>& work) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  leave_network();
  try {
    work({[&](std::string_view line) { write_line(shared, line); },
          [&](const char* function) { shared.last_call = function; }});
  } catch (const std::exception& e) {
    write_line(shared, std::string("Fthe check itself failed: ") + e.what());
  }
  std::cout.flush();
  // Destructors of statics are the plugin's own affair: a host never unloads it.
  _exit(EXIT_SUCCESS);
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return "was ended by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
  }
  return "ended the process with code " + std::to_string(WEXITSTATUS(status));
}

std::vector<std::string> lines_of(const Shared& shared) {
  std::vector<std::string> lines;
  const std::size_t size = shared.size.load(std::memory_order_acquire);
  for (std::size_t at = 0; at < size; at += lines.back().size() + 1)
    lines.emplace_back(shared.text + at);
  return lines;
}

}  // namespace

Ending run_in_child(const std::function<void(const Line&)>& work, std::chrono::milliseconds limit) {
  Ending ending;
  const SharedPage page;
  int ends[2] = {-1, -1};
  std::cout.flush();
  const bool is_ready = page.get() && pipe(ends) == 0;
  const pid_t child = is_ready ? fork() : -1;
  if (child < 0) {
    ending.kind = Ending::Kind::kNotStarted;
    ending.how = std::string("could not be run in a process of its own: ") + std::strerror(errno);
    return ending;
  }
  if (child == 0) {
    close(ends[0]);
    be_child(*page.get(), work);
  }
  // The child's end of the pipe closes with the child.
  close(ends[1]);
  pollfd waited{ends[0], POLLIN, 0};
  const int woken = poll(&waited, 1, static_cast<int>(limit.count()));
  close(ends[0]);
  if (woken == 0) {
    ending.kind = Ending::Kind::kHung;
    kill(child, SIGKILL);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  ending.written = lines_of(*page.get());
  ending.last_call = page.get()->last_call.load();
  if (ending.kind == Ending::Kind::kHung) {
    ending.how = "did not come back within " +
                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
                 " s";
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
    ending.kind = Ending::Kind::kCrashed;
    ending.how = describe_end(status);
  }
  return ending;
}

}  // namespace sluice::verify
