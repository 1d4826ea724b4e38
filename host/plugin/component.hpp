// Component: one instance of a plugin's component, and the order its functions are called in.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "plugin/call.hpp"

#include <sluice/abi/plugin.h>
#include <sluice/abi/roles.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::plugin {

// Why a component does not accept its configuration.
struct ConfigError {
  std::string pointer;  // JSON Pointer to the bad value; empty: the whole block
  std::string message;
};

// Owned by the graph that runs it. The lifecycle is [control]: one thread at a time, not always the
// same one. role() and call() may be used by any thread between create and the destructor.
class Component final {
 public:
  enum class State : uint8_t { kCreated, kConfigured, kStarted, kDrained, kStopped };

  // `host` is this instance's; it, the descriptor's image and `faults` outlive the component.
  static Result<std::unique_ptr<Component>> create(const sluice_descriptor& descriptor,
                                                   const sluice_host* host, Callee callee,
                                                   Faults& faults);
  // Stops it when that is still owed, then destroys it.
  ~Component();
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

  // Once, first. Nothing: it is configured, and stop is owed from now on.
  [[nodiscard]] std::optional<ConfigError> configure(const sluice_config* config);

  // Once, after configure. Runs on this thread for as long as the plugin likes; past `deadline` is
  // a fault of kind "slow". After a failure only stop is left.
  Result<void> start(Steady::time_point deadline);
  // Once, after start; with nothing left to wait for, goes straight to stop.
  Result<void> drain(Steady::time_point deadline);
  // From now on call() turns everybody away. Returns when those inside have come back, or at the
  // deadline: how many have not. The component must then be neither stopped nor destroyed.
  std::size_t close(Steady::time_point deadline);
  // From any state; calls the plugin once when it was configured, else not at all.
  void stop();

  // Whether the far end would work, and what it says of itself, if anything. An Error of
  // Fault::kUnavailable says why not; nothing is wrong with a component that has no probe. [worker]
  Result<std::string> probe();

  // The table of a role that its descriptor lists. An Error when the descriptor does not list it;
  // an Error and a contract line when it is listed and not offered, or its table lacks what the
  // role cannot do without. T is the struct of that role in abi/roles.h; ask SLUICE_HAS_FN before
  // the use of an optional function.
  template <class T>
  Result<const T*> role(const char* id) const {
    auto table = find_role(id);
    if (!table) return std::move(table).error();
    return static_cast<const T*>(*table);
  }
  bool lists_role(std::string_view id) const;

  // Calls a function of this component's: component.call("submit", [&] { return stage->submit(
  // component.raw(), batch); }). SLUICE_E_STOPPING, and the function is not called: it is closed.
  template <class F>
  sluice_status call(const char* function, F&& f) const noexcept {
    const Visit visit(visits_);
    if (!visit.is_admitted()) return SLUICE_E_STOPPING;
    return own_call(function, std::forward<F>(f));
  }

  State state() const { return state_; }
  sluice_component* raw() const { return raw_; }
  const sluice_descriptor& descriptor() const { return descriptor_; }
  const Callee& callee() const { return callee_; }
  Faults& faults() const { return faults_; }

 private:
  // Whoever is inside a call; close() waits for them. A count, and a bit that says closed, in one
  // number, so that nobody gets in unseen. Entering is relaxed, as the order of that one number
  // decides who came first; leaving releases what was done inside to whoever stops the component.
  class Visit {
   public:
    explicit Visit(std::atomic<uint32_t>& visits) noexcept
        : visits_(visits),
          is_admitted_((visits.fetch_add(1, std::memory_order_relaxed) & kClosed) == 0) {}
    ~Visit() { visits_.fetch_sub(1, std::memory_order_release); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    bool is_admitted() const noexcept { return is_admitted_; }

   private:
    std::atomic<uint32_t>& visits_;
    const bool is_admitted_;
  };
  static constexpr uint32_t kClosed = 1U << 31;

  Component(const sluice_descriptor& descriptor, Callee callee, Faults& faults);

  // Of the lifecycle and get_role, which are no work that stop would have to wait for.
  template <class F>
  sluice_status own_call(const char* function, F&& f) const noexcept {
    return plugin::call(callee_, function, faults_, std::forward<F>(f));
  }

  Result<const void*> find_role(const char* id) const;
  Result<void> run(const char* function, sluice_status (*f)(sluice_component*, sluice_error*),
                   Steady::time_point deadline);

  const sluice_descriptor& descriptor_;
  const Callee callee_;
  Faults& faults_;
  sluice_component* raw_ = nullptr;
  State state_ = State::kCreated;
  mutable std::atomic<uint32_t> visits_{0};
};

// What `status` and `err` of a plugin say, as one sentence that ends with neither point nor
// newline; `err.message` need not be terminated.
std::string sentence_of(sluice_status status, const sluice_error& err);

// A sluice_error ready to be handed to a plugin.
sluice_error fresh_error();

}  // namespace sluice::plugin
