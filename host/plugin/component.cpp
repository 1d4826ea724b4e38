// The lifecycle, and what a role's table must have before flow and search rely on it.
#include "plugin/component.hpp"

#include <cassert>
#include <cstring>
#include <thread>

namespace sluice::plugin {
namespace {

// How often close() looks whether the last call has come back.
constexpr std::chrono::milliseconds kLookAgain{5};

const char* word(sluice_status status) {
  switch (status) {
    case SLUICE_E_RETRY:
      return "a failure that may pass";
    case SLUICE_E_REJECT:
      return "a rejection";
    case SLUICE_E_AGAIN:
      return "no room right now";
    case SLUICE_E_STOPPING:
      return "that it is stopping";
    case SLUICE_E_CONFIG:
      return "a configuration that cannot be used";
    case SLUICE_E_UNSUPPORTED:
      return "that it does not support this";
    case SLUICE_E_INVALID:
      return "a broken contract";
    case SLUICE_E_TIMEOUT:
      return "a timeout";
    case SLUICE_E_NOT_FOUND:
      return "something that was not found";
    case SLUICE_E_INTERNAL:
      return "a bug of its own";
    case SLUICE_E_FATAL:
      return "that it cannot go on";
    default:
      return "an unknown failure";
  }
}

Fault fault_of(sluice_status status) {
  switch (status) {
    case SLUICE_E_CONFIG:
      return Fault::kConfig;
    case SLUICE_E_RETRY:
    case SLUICE_E_AGAIN:
      return Fault::kUnavailable;
    case SLUICE_E_TIMEOUT:
      return Fault::kTimeout;
    case SLUICE_E_NOT_FOUND:
      return Fault::kNotFound;
    default:
      return Fault::kInternal;
  }
}

std::string_view text_in(const char* text, std::size_t room) { return {text, strnlen(text, room)}; }

// The function that a component cannot do without and has not; null: it has them all.
const char* missing_function(const sluice_component& c) {
  if (!SLUICE_HAS_FN(&c, configure)) return "configure";
  if (!SLUICE_HAS_FN(&c, start)) return "start";
  if (!SLUICE_HAS_FN(&c, drain)) return "drain";
  if (!SLUICE_HAS_FN(&c, stop)) return "stop";
  if (!SLUICE_HAS_FN(&c, destroy)) return "destroy";
  if (!SLUICE_HAS_FN(&c, get_role)) return "get_role";
  return nullptr;
}

// The same for the table of a role; a role that this host does not know is not judged.
const char* missing_function(std::string_view role, const void* table) {
  if (role == SLUICE_ROLE_TRANSFORM || role == SLUICE_ROLE_SINK) {
    if (!SLUICE_HAS_FN(static_cast<const sluice_stage*>(table), submit)) return "submit";
  } else if (role == SLUICE_ROLE_SOURCE) {
    if (!SLUICE_HAS_FN(static_cast<const sluice_source*>(table), on_settled)) return "on_settled";
  } else if (role == SLUICE_ROLE_DEDUPE) {
    if (!SLUICE_HAS_FN(static_cast<const sluice_dedupe*>(table), claim)) return "claim";
    if (!SLUICE_HAS_FN(static_cast<const sluice_dedupe*>(table), settle)) return "settle";
  } else if (role == SLUICE_ROLE_EMBED) {
    if (!SLUICE_HAS_FN(static_cast<const sluice_embed*>(table), dimension)) return "dimension";
    if (!SLUICE_HAS_FN(static_cast<const sluice_embed*>(table), embed)) return "embed";
  } else if (role == SLUICE_ROLE_SEARCH) {
    if (!SLUICE_HAS_FN(static_cast<const sluice_search*>(table), search)) return "search";
  }
  return nullptr;
}

Result<void> failed(sluice_status status, const sluice_error& err) {
  return Error{fault_of(status), sentence_of(status, err)};
}

}  // namespace

sluice_error fresh_error() {
  sluice_error err{};
  err.struct_size = sizeof err;
  return err;
}

std::string sentence_of(sluice_status status, const sluice_error& err) {
  std::string text(text_in(err.message, sizeof err.message));
  while (!text.empty() && (text.back() == '\n' || text.back() == '.' || text.back() == ' '))
    text.pop_back();
  if (!text.empty()) return text;
  return std::string("the plugin reports ") + word(status) + " (status " + std::to_string(status) +
         ") and does not say more";
}

Component::Component(const sluice_descriptor& descriptor, Callee callee, Faults& faults)
    : descriptor_(descriptor), callee_(std::move(callee)), faults_(faults) {}

Result<std::unique_ptr<Component>> Component::create(const sluice_descriptor& descriptor,
                                                     const sluice_host* host, Callee callee,
                                                     Faults& faults) {
  std::unique_ptr<Component> component(new Component(descriptor, std::move(callee), faults));
  const ThreadScope control(ThreadTag::kControl);
  auto err = fresh_error();
  sluice_component* made = nullptr;
  const auto status = component->own_call(
      "create", [&] { return descriptor.create(&descriptor, host, &made, &err); });
  const std::string who = component->callee_.instance + ": " + component->callee_.plugin;
  if (status != SLUICE_OK)
    return Error{Fault::kConfig, who + " could not be created: " + sentence_of(status, err)};
  const char* missing = made ? missing_function(*made) : "any function";
  if (!missing) {
    component->raw_ = made;
    return component;
  }
  faults.report(component->callee_, "nonsense",
                std::string("create succeeded without a ") + missing);
  if (made && SLUICE_HAS_FN(made, destroy)) {
    // NOLINTNEXTLINE(bugprone-unused-return-value): destroy has no status to act on
    component->own_call("destroy", [&] { made->destroy(made); });
  }
  return Error{Fault::kConfig, who + " could not be created: it made a component without " +
                                   std::string(missing) + ", which is a bug of the plugin"};
}

Component::~Component() {
  stop();
  if (!raw_) return;
  const ThreadScope control(ThreadTag::kControl);
  own_call("destroy", [&] { raw_->destroy(raw_); });
}

std::optional<ConfigError> Component::configure(const sluice_config* config) {
  assert(state_ == State::kCreated);
  const ThreadScope control(ThreadTag::kControl);
  auto err = fresh_error();
  const auto status = own_call("configure", [&] { return raw_->configure(raw_, config, &err); });
  if (status == SLUICE_OK) {
    state_ = State::kConfigured;
    return std::nullopt;
  }
  return ConfigError{std::string(text_in(err.path, sizeof err.path)), sentence_of(status, err)};
}

Result<void> Component::run(const char* function,
                            sluice_status (*f)(sluice_component*, sluice_error*),
                            Steady::time_point deadline) {
  const ThreadScope control(ThreadTag::kControl);
  auto err = fresh_error();
  const auto status = own_call(function, [&] { return f(raw_, &err); });
  if (Steady::now() > deadline)
    faults_.report(callee_, "slow", std::string(function) + " took longer than its timeout");
  if (status != SLUICE_OK) return failed(status, err);
  return {};
}

Result<void> Component::start(Steady::time_point deadline) {
  assert(state_ == State::kConfigured);
  auto result = run("start", raw_->start, deadline);
  if (result) state_ = State::kStarted;
  return result;
}

Result<void> Component::drain(Steady::time_point deadline) {
  assert(state_ == State::kStarted);
  state_ = State::kDrained;  // also after a failure: what is left is stop
  return run("drain", raw_->drain, deadline);
}

std::size_t Component::close(Steady::time_point deadline) {
  visits_.fetch_or(kClosed, std::memory_order_relaxed);
  for (;;) {
    const std::size_t inside = visits_.load(std::memory_order_acquire) & ~kClosed;
    if (inside == 0 || Steady::now() >= deadline) return inside;
    std::this_thread::sleep_for(kLookAgain);
  }
}

void Component::stop() {
  const bool is_owed = state_ != State::kCreated && state_ != State::kStopped;
  state_ = State::kStopped;
  if (!is_owed) return;
  const ThreadScope control(ThreadTag::kControl);
  own_call("stop", [&] { raw_->stop(raw_); });
}

Result<std::string> Component::probe() {
  if (!SLUICE_HAS_FN(raw_, probe)) return std::string();
  auto err = fresh_error();
  const auto status = call("probe", [&] { return raw_->probe(raw_, &err); });
  if (status == SLUICE_OK) return std::string(err.message);
  if (status == SLUICE_E_UNSUPPORTED) return std::string();
  return Error{Fault::kUnavailable, sentence_of(status, err)};
}

bool Component::lists_role(std::string_view id) const {
  for (const char* const* role = descriptor_.roles; *role; ++role)
    if (id == *role) return true;
  return false;
}

Result<const void*> Component::find_role(const char* id) const {
  if (!lists_role(id)) {
    return Error{Fault::kConfig, callee_.instance + ": " + callee_.plugin + " is no " + id +
                                     "; choose a plugin that lists this role"};
  }
  const void* table = nullptr;
  const auto status = own_call("get_role", [&] { table = raw_->get_role(raw_, id); });
  const char* missing = nullptr;
  std::string breach;
  if (status != SLUICE_OK || !table) {
    breach = std::string("get_role gave nothing for ") + id + ", which its descriptor lists";
  } else if (missing = missing_function(id, table); missing) {
    breach = std::string("the table of ") + id + " has no " + missing;
  }
  if (breach.empty()) return table;
  faults_.report(callee_, "nonsense", breach);
  return Error{Fault::kConfig, callee_.instance + ": " + callee_.plugin + ": " + breach +
                                   "; that is a bug of the plugin"};
}

}  // namespace sluice::plugin
