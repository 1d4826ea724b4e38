// What a crash leaves behind: the name of the plugin that was running, and a backtrace.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::observe {

// Who a call goes to, in fixed arrays so that a signal handler can read it whatever happened to the
// heap. Longer names are cut.
struct Origin {
  Origin(std::string_view plugin, std::string_view version, std::string_view instance);

  char plugin[64];
  char version[32];
  char instance[64];
};

// For as long as it lives, crashes of this thread are put down to `function` of `origin`, which
// must outlive it. Nests: the end of an inner one restores the outer. Costs two stores.
class Breadcrumb final {
 public:
  Breadcrumb(const Origin& origin, const char* function) noexcept;
  ~Breadcrumb();
  Breadcrumb(const Breadcrumb&) = delete;
  Breadcrumb& operator=(const Breadcrumb&) = delete;

  struct Place {
    const Origin* origin = nullptr;  // null: no plugin is running on this thread
    const char* function = "";
  };
  // Of the calling thread.
  static Place current() noexcept;

 private:
  Place previous_;
};

// From now on SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL write
//
//   sluice: SIGSEGV in plugin tei-embedder 1.2.0 (embed), submit
//
// and a backtrace to stderr, then go where they went before: to a sanitizer's handler where there
// is one, else to the default, which ends the process. Call once, early, from main.
void install_crash_handler();

}  // namespace sluice::observe
