// PluginCall: the one way into a plugin's functions. Leaves a breadcrumb for the crash handler,
// stops exceptions, counts what a plugin does wrong.
#pragma once

#include "observe/crash.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

#include <sluice/abi/base.h>
#include <sluice/abi/services.h>

#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace sluice::plugin {

// Who is called. Lives as long as the component, so that a breadcrumb may point into it.
struct Callee {
  // `name_in_file` empty: there is no pipeline file, and the id stands for it.
  Callee(std::string plugin_id, std::string plugin_version, std::string instance_name,
         std::string name_in_file = {});

  std::string plugin;    // the descriptor's id: "sluice.chunker"
  std::string version;   // the plugin's own
  std::string instance;  // its name in the pipeline file; of an image being loaded: empty
  std::string name;      // of the plugin, as pipeline files write it: "chunker"
  observe::Origin origin;
};

// Counts a plugin's breaches of the contract, and says each kind once per instance. Any thread.
class Faults final {
 public:
  Faults(observe::Metrics& metrics, const observe::Log& log);

  // `kind` is a word for sluice_plugin_faults_total: throw, nonsense, slow, ... `sentence` says
  // what was done wrong and by which function; the log line adds who.
  void report(const Callee& callee, std::string_view kind, std::string_view sentence);

  // A call out of which `what` was thrown.
  void report_throw(const Callee& callee, const char* function, std::string_view what) noexcept;

 private:
  observe::Metrics& metrics_;
  const observe::Log& log_;
  std::mutex mutex_;
  // Plugin, instance, kind of what was said already. Guarded by mutex_.
  std::set<std::tuple<std::string, std::string, std::string>> said_;
};

// Which thread tag of abi/base.h holds: what sluice.threads/1 answers.
enum class ThreadTag : uint32_t {
  kForeign = SLUICE_THREAD_FOREIGN,
  kControl = SLUICE_THREAD_CONTROL,
  kWorker = SLUICE_THREAD_WORKER,
  kIo = SLUICE_THREAD_IO,
};
ThreadTag current_thread_tag() noexcept;

// The calling thread has `tag` for as long as this lives. Nests.
class ThreadScope final {
 public:
  explicit ThreadScope(ThreadTag tag) noexcept;
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  ThreadTag previous_;
};

// Runs `f`, which calls one function of a plugin and returns its status or nothing. An exception
// that gets across is a fault of the plugin and reads as SLUICE_E_INTERNAL.
template <class F>
sluice_status call(const Callee& callee, const char* function, Faults& faults, F&& f) noexcept {
  const observe::Breadcrumb crumb(callee.origin, function);
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      f();
      return SLUICE_OK;
    } else {
      return f();
    }
  } catch (const std::exception& e) {
    faults.report_throw(callee, function, e.what());
  } catch (...) {
    faults.report_throw(callee, function, "something that is not a std::exception");
  }
  return SLUICE_E_INTERNAL;
}

}  // namespace sluice::plugin
