// Fault counters and the thread tag.
#include "plugin/call.hpp"

#include <utility>

namespace sluice::plugin {
namespace {

thread_local ThreadTag tag_of_this_thread = ThreadTag::kForeign;

}  // namespace

Callee::Callee(std::string plugin_id, std::string plugin_version, std::string instance_name,
               std::string name_in_file)
    : plugin(std::move(plugin_id)),
      version(std::move(plugin_version)),
      instance(std::move(instance_name)),
      name(name_in_file.empty() ? plugin : std::move(name_in_file)),
      origin(plugin, version, instance) {}

Faults::Faults(observe::Metrics& metrics, const observe::Log& log) : metrics_(metrics), log_(log) {}

void Faults::report(const Callee& callee, std::string_view kind, std::string_view sentence) {
  metrics_
      .counter("sluice_plugin_faults_total", "Breaches of the plugin contract, by plugin and kind.",
               {{"plugin", callee.name}, {"kind", std::string(kind)}})
      .add();
  {
    const std::scoped_lock lock(mutex_);
    const bool is_new = said_.emplace(callee.plugin, callee.instance, std::string(kind)).second;
    if (!is_new) return;
  }
  log_.write(observe::Level::kContract, callee.instance.empty() ? callee.plugin : callee.instance,
             sentence, {{"plugin", callee.plugin}, {"version", callee.version}, {"kind", kind}});
}

void Faults::report_throw(const Callee& callee, const char* function,
                          std::string_view what) noexcept {
  // Out of memory while complaining: the status that the caller gets says enough.
  try {
    report(callee, "throw",
           std::string(function) +
               " threw an exception across the plugin boundary: " + std::string(what));
  } catch (const std::exception&) {
    return;
  }
}

ThreadTag current_thread_tag() noexcept { return tag_of_this_thread; }

ThreadScope::ThreadScope(ThreadTag tag) noexcept
    : previous_(std::exchange(tag_of_this_thread, tag)) {}

ThreadScope::~ThreadScope() { tag_of_this_thread = previous_; }

}  // namespace sluice::plugin
