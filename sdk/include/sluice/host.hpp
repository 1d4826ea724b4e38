// sluice/host.hpp - the host as a component sees it: Host, Config, and the small services (log,
// metrics, timers, state, the data folder).
#pragma once

#include <sluice/abi.h>
#include <sluice/status.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {

// One key of a log line or of a record's metadata. A view: `text` is not copied.
inline sluice_value text_value(std::string_view text) noexcept {
  sluice_value v{};
  v.kind = SLUICE_TEXT;
  v.as.str = to_c(text);
  return v;
}
inline sluice_value integer_value(int64_t number) noexcept {
  sluice_value v{};
  v.kind = SLUICE_I64;
  v.as.i64 = number;
  return v;
}
inline sluice_value number_value(double number) noexcept {
  sluice_value v{};
  v.kind = SLUICE_F64;
  v.as.f64 = number;
  return v;
}
inline sluice_value bool_value(bool truth) noexcept {
  sluice_value v{};
  v.kind = SLUICE_BOOL;
  v.as.i64 = truth ? 1 : 0;
  return v;
}
inline sluice_value time_value(std::chrono::system_clock::time_point at) noexcept {
  sluice_value v{};
  v.kind = SLUICE_TIME;
  v.as.i64 = std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
  return v;
}

// The host, seen from one component. A view, cheap to copy; valid from create until destroy. Every
// member may be called from any thread unless it says otherwise.
class Host {
 public:
  explicit Host(const sluice_host* h) noexcept
      : h_(h),
        records_(find<sluice_records>(SLUICE_IFACE_RECORDS)),
        log_(find<sluice_log>(SLUICE_IFACE_LOG)),
        config_(find<sluice_config_api>(SLUICE_IFACE_CONFIG)),
        emit_(find<sluice_emit>(SLUICE_IFACE_EMIT)) {}

  const sluice_host* raw() const noexcept { return h_; }
  std::string_view instance() const noexcept { return h_->instance; }
  const sluice_records& records() const noexcept { return *records_; }
  const sluice_config_api& config() const noexcept { return *config_; }
  const sluice_emit* emit() const noexcept { return emit_; }  // nullptr: not a source

  // A table by id, or nullptr when this host does not offer it.
  template <class T>
  const T* find(const char* id) const noexcept {
    return static_cast<const T*>(h_->get_interface(h_, id));
  }

  void log(uint32_t level, std::string_view message,
           std::initializer_list<sluice_kv> fields = {}) const noexcept {
    if (log_ && log_->enabled(h_, level))
      log_->write(h_, level, to_c(message), fields.begin(), static_cast<uint32_t>(fields.size()));
  }

  // This instance's own folder, made when it is missing. In start or later, never in configure.
  // [control]
  Status data_folder(std::string& out) const {
    const auto* data = find<sluice_data>(SLUICE_IFACE_DATA);
    if (!data) return {SLUICE_E_UNSUPPORTED, "this host keeps no data folders"};
    sluice_str path{};
    sluice_error err = detail::make_error();
    if (const sluice_status s = data->folder(h_, &path, &err); s != SLUICE_OK)
      return Status::from(s, err);
    out = to_cpp(path);
    return {};
  }
  // Whose leases are ours; empty on a host without sluice.data/1.
  std::string_view owner() const noexcept {
    const auto* data = find<sluice_data>(SLUICE_IFACE_DATA);
    return data ? to_cpp(data->owner(h_)) : std::string_view{};
  }

 private:
  const sluice_host* h_;
  const sluice_records* records_;
  const sluice_log* log_;
  const sluice_config_api* config_;
  const sluice_emit* emit_;
};

// The validated configuration, valid during configure. Getters do not fail for a field that the
// schema names with a default; `has` tells about the others. Pointers are JSON Pointers: "/url".
class Config {
 public:
  Config(const sluice_config* c, const Host& host) noexcept : c_(c), host_(&host) {}

  bool has(const char* pointer) const {
    sluice_value v{};
    return host_->config().get(c_, pointer, &v) == SLUICE_OK && v.kind != SLUICE_NONE;
  }
  std::string_view text(const char* pointer) const {
    const sluice_value v = get(pointer);
    return v.kind == SLUICE_TEXT ? to_cpp(v.as.str) : std::string_view{};
  }
  int64_t integer(const char* pointer) const {
    const sluice_value v = get(pointer);
    return v.kind == SLUICE_F64   ? static_cast<int64_t>(v.as.f64)
           : v.kind == SLUICE_I64 ? v.as.i64
                                  : 0;
  }
  double number(const char* pointer) const {
    const sluice_value v = get(pointer);
    return v.kind == SLUICE_F64   ? v.as.f64
           : v.kind == SLUICE_I64 ? static_cast<double>(v.as.i64)
                                  : 0.0;
  }
  bool boolean(const char* pointer) const {
    const sluice_value v = get(pointer);
    return v.kind == SLUICE_BOOL && v.as.i64 != 0;
  }
  // A field of "format": "duration".
  std::chrono::milliseconds duration(const char* pointer) const {
    return std::chrono::milliseconds{integer(pointer)};
  }
  // Items of a list or keys of an object; 0 for anything else.
  uint32_t count(const char* pointer) const { return host_->config().count(c_, pointer); }
  // All of it as canonical JSON, secrets included: do not log it.
  std::string_view json() const { return to_cpp(host_->config().json(c_)); }

 private:
  sluice_value get(const char* pointer) const {
    sluice_value v{};
    if (host_->config().get(c_, pointer, &v) != SLUICE_OK) v = sluice_value{};
    return v;
  }
  const sluice_config* c_;
  const Host* host_;
};

// A metric of this instance. Declare in configure; update from any thread without a lock.
class Metric {
 public:
  Metric() = default;
  Metric(const Host& host, uint32_t kind, std::string_view name, std::string_view help)
      : host_(host.raw()), api_(host.find<sluice_metrics>(SLUICE_IFACE_METRICS)) {
    if (api_ && api_->declare(host_, kind, to_c(name), to_c(help), &id_) != SLUICE_OK)
      api_ = nullptr;
  }
  void add(double amount = 1) const noexcept {
    if (api_) api_->add(host_, id_, amount);
  }
  void set(double value) const noexcept {
    if (api_) api_->set(host_, id_, value);
  }
  void observe(double value) const noexcept {
    if (api_) api_->observe(host_, id_, value);
  }

 private:
  const sluice_host* host_ = nullptr;
  const sluice_metrics* api_ = nullptr;
  uint64_t id_ = 0;
};

// Small durable keys of this instance. [worker]
class State {
 public:
  explicit State(const Host& host)
      : host_(host.raw()), api_(host.find<sluice_state>(SLUICE_IFACE_STATE)) {}
  bool is_offered() const noexcept { return api_ != nullptr; }

  std::optional<std::string> get(std::string_view key) const {
    std::optional<std::string> out;
    if (!api_) return out;
    const auto keep = [&out](std::string_view value) { out.emplace(value); };
    detail::Visitor visit(keep);
    const auto take = [](void* ctx, sluice_str value) {
      (*static_cast<decltype(visit)*>(ctx))(to_cpp(value));
    };
    const sluice_status s = api_->get(host_, to_c(key), take, &visit);
    visit.rethrow();
    if (s != SLUICE_OK) out.reset();
    return out;
  }
  Status put(std::string_view key, std::string_view value) const {
    return outcome(api_ ? api_->put(host_, to_c(key), to_c(value)) : SLUICE_E_UNSUPPORTED, key);
  }
  // Calls fn(std::string_view key, std::string_view value) for every key with that beginning.
  template <class F>
  Status each(std::string_view prefix, F&& fn) const {
    detail::Visitor visit(fn);
    const auto take = [](void* ctx, sluice_str key, sluice_str value) -> sluice_status {
      return (*static_cast<decltype(visit)*>(ctx))(to_cpp(key), to_cpp(value));
    };
    const sluice_status s =
        api_ ? api_->scan(host_, to_c(prefix), take, &visit) : sluice_status{SLUICE_E_UNSUPPORTED};
    visit.rethrow();
    return outcome(s, prefix);
  }
  Status erase(std::string_view key) const {
    return outcome(api_ ? api_->erase(host_, to_c(key)) : SLUICE_E_UNSUPPORTED, key);
  }

 private:
  static Status outcome(sluice_status s, std::string_view key) {
    return s == SLUICE_OK ? Status{} : Status{s, "cannot keep the state key " + std::string(key)};
  }
  const sluice_host* host_;
  const sluice_state* api_;
};

namespace detail {

// What the host calls back. Where memory has ended, that is said and the host goes on; anything
// else that is thrown is a bug of the plugin, which the host hears of as an error of its log.
template <class F>
void call_back(const Host& host, const char* what, F&& fn) noexcept {
  sluice_error e = make_error();
  const sluice_status s = guard(&e, [&]() -> Status {
    fn();
    return {};
  });
  if (s != SLUICE_OK) host.log(SLUICE_LOG_ERROR, e.message, {{to_c("in"), text_value(what)}});
}

}  // namespace detail

// Runs `fn` once on [worker]: the way off the event loop. Stop waits for it. False: this host has
// no timers, and `fn` will not run.
inline bool post(const Host& host, std::function<void()> fn) {
  const auto* api = host.find<sluice_timer>(SLUICE_IFACE_TIMER);
  if (!api || !SLUICE_HAS_FN(api, post)) return false;
  struct Work {
    Host host;
    std::function<void()> fn;
  };
  auto keep = std::make_unique<Work>(Work{host, std::move(fn)});
  const auto run = [](void* ctx) {
    const std::unique_ptr<Work> work(static_cast<Work*>(ctx));
    detail::call_back(work->host, "posted work", work->fn);
  };
  if (api->post(host.raw(), run, keep.get()) != SLUICE_OK) return false;
  (void)keep.release();  // run frees it
  return true;
}

// A timer that stops when it goes out of scope. `fn` runs on [io] and must not block.
class Timer {
 public:
  Timer() = default;
  Timer(const Host& host, std::chrono::milliseconds delay, std::chrono::milliseconds period,
        std::function<void()> fn)
      : api_(host.find<sluice_timer>(SLUICE_IFACE_TIMER)),
        work_(std::make_unique<Work>(Work{host, std::move(fn)})) {
    const auto run = [](void* ctx) {
      auto& work = *static_cast<Work*>(ctx);
      detail::call_back(work.host, "a timer", work.fn);
    };
    if (!api_ ||
        api_->start(host.raw(), static_cast<uint32_t>(delay.count()),
                    static_cast<uint32_t>(period.count()), run, work_.get(), &id_) != SLUICE_OK)
      api_ = nullptr;
  }
  Timer(Timer&& o) noexcept
      : api_(std::exchange(o.api_, nullptr)), work_(std::move(o.work_)), id_(o.id_) {}
  Timer& operator=(Timer&& o) noexcept {
    cancel();
    api_ = std::exchange(o.api_, nullptr);
    work_ = std::move(o.work_);
    id_ = o.id_;
    return *this;
  }
  ~Timer() { cancel(); }

  // Returns after a running call has ended, unless called from inside it.
  void cancel() noexcept {
    if (api_) std::exchange(api_, nullptr)->cancel(work_->host.raw(), id_);
  }

 private:
  struct Work {
    Host host;
    std::function<void()> fn;
  };
  const sluice_timer* api_ = nullptr;
  std::unique_ptr<Work> work_;
  uint64_t id_ = 0;
};

}  // namespace sdk_v1
}  // namespace sluice
