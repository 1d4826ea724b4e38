// The signal handler, and the thread-local it reads. Everything that runs in the handler is
// async-signal-safe: write, backtrace_symbols_fd (no malloc), sigaction, raise.
#include "observe/crash.hpp"

#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLUICE_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_IS_SANITIZED 1
#endif
#endif

namespace sluice::observe {
namespace {

constexpr int kMaxFrames = 64;
constexpr std::size_t kStackSize =
    std::size_t{64} * 1024;  // backtrace_symbols_fd needs about 8 KiB of it

struct Caught {
  int signal;
  const char* name;
};
constexpr std::array<Caught, 5> kCaught = {{{SIGSEGV, "SIGSEGV"},
                                            {SIGBUS, "SIGBUS"},
                                            {SIGABRT, "SIGABRT"},
                                            {SIGFPE, "SIGFPE"},
                                            {SIGILL, "SIGILL"}}};

// Written by install before the handler is in place, read by the handler alone.
std::array<struct sigaction, kCaught.size()> previous_actions;

// Relaxed: read by each thread only to decide whether it needs a signal stack.
std::atomic<bool> is_installed{false};

// Of the calling thread; a plain struct, so that a signal handler may read it.
thread_local Breadcrumb::Place place;

// The stack this thread's handler runs on: a stack overflow leaves no room on its own. A sanitizer
// brings one of its own.
class SignalStack {
 public:
  SignalStack() {
#ifndef SLUICE_IS_SANITIZED
    void* memory = mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return;  // then an overflow kills without a word, as before
    memory_ = memory;
    stack_t stack{};
    stack.ss_sp = memory_;
    stack.ss_size = kStackSize;
    sigaltstack(&stack, nullptr);
#endif
  }
  ~SignalStack() {
    if (!memory_) return;
    stack_t off{};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
    munmap(memory_, kStackSize);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
};

void ensure_signal_stack() { thread_local const SignalStack stack; }

// One write, so that lines of two crashing threads do not mix. Room for every array of Origin.
class Line {
 public:
  void add(const char* text) noexcept {
    for (; *text != '\0' && size_ < text_.size(); ++text) text_[size_++] = *text;
  }
  void write() const noexcept {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text_.data(), size_);
  }

 private:
  std::array<char, 512> text_{};
  std::size_t size_ = 0;
};

void describe(const char* signal_name) noexcept {
  Line line;
  line.add("sluice: ");
  line.add(signal_name);
  const Breadcrumb::Place at = place;
  if (at.origin) {
    line.add(" in plugin ");
    line.add(at.origin->plugin);
    line.add(" ");
    line.add(at.origin->version);
    if (at.origin->instance[0] != '\0') {
      line.add(" (");
      line.add(at.origin->instance);
      line.add(")");
    }
    line.add(", ");
    line.add(at.function);
  } else {
    line.add(" outside any plugin");
  }
  line.add("\n");
  line.write();
  std::array<void*, kMaxFrames> frames;  // NOLINT(cppcoreguidelines-pro-type-member-init): out
  const int count = backtrace(frames.data(), kMaxFrames);
  backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
}

void on_crash(int signal, siginfo_t* info, void* context) {
  const auto index =
      static_cast<std::size_t>(std::find_if(kCaught.begin(), kCaught.end(),
                                            [&](const Caught& c) { return c.signal == signal; }) -
                               kCaught.begin());
  const struct sigaction& previous = previous_actions[index];
  // First of all, so that a crash in here goes straight on.
  sigaction(signal, &previous, nullptr);
  describe(kCaught[index].name);
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction) {
    previous.sa_sigaction(signal, info, context);  // a sanitizer's: it wants the faulting context
    return;
  }
  raise(signal);  // blocked while this handler runs: delivered when it returns
}

void copy_name(char* to, std::size_t room, std::string_view name) {
  const std::size_t size = std::min(name.size(), room - 1);
  std::memcpy(to, name.data(), size);
  std::memset(to + size, 0, room - size);
}

}  // namespace

Origin::Origin(std::string_view plugin_id, std::string_view plugin_version,
               std::string_view instance_name) {
  copy_name(plugin, sizeof plugin, plugin_id);
  copy_name(version, sizeof version, plugin_version);
  copy_name(instance, sizeof instance, instance_name);
}

Breadcrumb::Breadcrumb(const Origin& origin, const char* function) noexcept : previous_(place) {
  if (is_installed.load(std::memory_order_relaxed)) ensure_signal_stack();
  place = {&origin, function};
  // The handler runs on this thread: the compiler alone could still move the store past the call.
  std::atomic_signal_fence(std::memory_order_release);
}

Breadcrumb::~Breadcrumb() {
  std::atomic_signal_fence(std::memory_order_release);
  place = previous_;
}

Breadcrumb::Place Breadcrumb::current() noexcept { return place; }

void install_crash_handler() {
  // The first backtrace of a process loads libgcc, which a handler must not do.
  std::array<void*, 1> frame{};
  backtrace(frame.data(), 1);
  ensure_signal_stack();
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kCaught.size(); ++i)
    sigaction(kCaught[i].signal, &action, &previous_actions[i]);
  is_installed.store(true, std::memory_order_relaxed);
}

}  // namespace sluice::observe
