// sluice/testing/tables.hpp - log, metrics, config, state, data, timer, services, threads, hits and
// emit of the fake host.
#pragma once

#include <sluice/testing/core.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {
namespace detail {

inline Core& alive(const sluice_host* h, const char* function) {
  Core& core = core_of(h);
  core.books.expect_alive(function);
  return core;
}

inline void say(sluice_error* err, sluice_status code, const char* why) {
  if (!err) return;
  err->code = code;
  std::snprintf(err->message, sizeof err->message, "%s", why);
}

inline void expect_no_io(Core& core, const char* function) {
  if (thread_tag() == SLUICE_THREAD_IO) {
    core.books.breach("blocking-on-io", std::string(function) +
                                            " may wait, and was called on the event loop; use "
                                            "sluice.timer/1 post to get off it");
  }
}

inline const sluice_log& log_table() {
  static constexpr sluice_log kTable = {
      sizeof(sluice_log), 0, [](const sluice_host*, uint32_t) -> uint32_t { return 1; },
      [](const sluice_host* h, uint32_t level, sluice_str message, const sluice_kv* fields,
         uint32_t count) {
        Core& core = alive(h, "log.write");
        LogLine line{level, string_of(message), {}};
        for (uint32_t i = 0; i < count; ++i)
          line.fields[string_of(fields[i].key)] = Value::from(fields[i].value);
        const std::scoped_lock lock(core.mutex);
        core.log.push_back(std::move(line));
      }};
  return kTable;
}

inline void measure(const sluice_host* h, uint64_t id, void (*how)(MetricBox&, double),
                    double value) {
  Core& core = alive(h, "a metric");
  const std::scoped_lock lock(core.mutex);
  if (id < core.metrics.size()) return how(core.metrics[id], value);
  core.books.breach("unknown-metric", "metric " + std::to_string(id) + " was never declared");
}

inline sluice_status declare_metric(const sluice_host* h, uint32_t kind, sluice_str name,
                                    sluice_str, uint64_t* out_id) {
  Core& core = alive(h, "metrics.declare");
  if (core.books.phase() != Phase::kConfigure) {
    core.books.breach("late-metric",
                      "the metric " + string_of(name) + " was declared outside of configure");
    return SLUICE_E_INVALID;
  }
  const std::scoped_lock lock(core.mutex);
  *out_id = core.metrics.size();
  core.metrics.push_back({string_of(name), kind, 0, 0});
  return SLUICE_OK;
}

inline const sluice_metrics& metrics_table() {
  static constexpr sluice_metrics kTable = {
      sizeof(sluice_metrics),
      0,
      declare_metric,
      [](const sluice_host* h, uint64_t id, double amount) {
        measure(
            h, id, [](MetricBox& m, double by) { m.value += by; }, amount);
      },
      [](const sluice_host* h, uint64_t id, double value) {
        measure(
            h, id, [](MetricBox& m, double to) { m.value = to; }, value);
      },
      [](const sluice_host* h, uint64_t id, double value) {
        measure(
            h, id, [](MetricBox& m, double one) { m.value += one, ++m.observed; }, value);
      }};
  return kTable;
}

inline const Json* setting(const sluice_config* c, const char* pointer) {
  const ConfigBox& config = box(c);
  if (config.is_over) {
    config.books->breach("config-after-configure",
                         "the settings were read after configure had returned; copy them there");
  }
  return config.is_over ? nullptr : config.settings.at(pointer);
}

inline sluice_status get_setting(const sluice_config* c, const char* pointer, sluice_value* out) {
  const Json* value = setting(c, pointer);
  if (!value || value->is(Json::Kind::kNull)) return SLUICE_E_NOT_FOUND;
  *out = {};
  switch (value->kind) {
    case Json::Kind::kBool:
      out->kind = SLUICE_BOOL;
      out->as.i64 = value->integer;
      return SLUICE_OK;
    case Json::Kind::kInteger:
      out->kind = SLUICE_I64;
      out->as.i64 = value->integer;
      return SLUICE_OK;
    case Json::Kind::kNumber:
      out->kind = SLUICE_F64;
      out->as.f64 = value->number;
      return SLUICE_OK;
    case Json::Kind::kText:
      out->kind = SLUICE_TEXT;
      out->as.str = view_of(value->text);
      return SLUICE_OK;
    default:
      return SLUICE_E_UNSUPPORTED;  // a list or an object: ask for its items, or for json
  }
}

inline const sluice_config_api& config_table() {
  static constexpr sluice_config_api kTable = {
      sizeof(sluice_config_api), 0, get_setting,
      [](const sluice_config* c, const char* pointer) -> uint32_t {
        const Json* value = setting(c, pointer);
        if (!value) return 0;
        return static_cast<uint32_t>(value->items.size() + value->members.size());
      },
      [](const sluice_config* c) -> sluice_str { return view_of(box(c).text); }};
  return kTable;
}

inline sluice_status scan_state(const sluice_host* h, sluice_str prefix,
                                sluice_status (*fn)(void* ctx, sluice_str key, sluice_str value),
                                void* ctx) {
  Core& core = alive(h, "state.scan");
  expect_no_io(core, "state.scan");
  const std::string begin = string_of(prefix);
  std::map<std::string, std::string> found;
  {
    const std::scoped_lock lock(core.mutex);
    for (const auto& [key, value] : core.state)
      if (key.compare(0, begin.size(), begin) == 0) found.emplace(key, value);
  }
  for (const auto& [key, value] : found)
    if (const auto s = fn(ctx, view_of(key), view_of(value)); s != SLUICE_OK) return s;
  return SLUICE_OK;
}

inline const sluice_state& state_table() {
  static constexpr sluice_state kTable = {
      sizeof(sluice_state),
      0,
      [](const sluice_host* h, sluice_str key, void (*fn)(void* ctx, sluice_str value),
         void* ctx) -> sluice_status {
        Core& core = alive(h, "state.get");
        expect_no_io(core, "state.get");
        std::string value;
        {
          const std::scoped_lock lock(core.mutex);
          const auto found = core.state.find(string_of(key));
          if (found == core.state.end()) return SLUICE_E_NOT_FOUND;
          value = found->second;
        }
        fn(ctx, view_of(value));
        return SLUICE_OK;
      },
      [](const sluice_host* h, sluice_str key, sluice_str value) -> sluice_status {
        Core& core = alive(h, "state.put");
        expect_no_io(core, "state.put");
        const std::scoped_lock lock(core.mutex);
        core.state[string_of(key)] = string_of(value);
        return SLUICE_OK;
      },
      [](const sluice_host* h, sluice_str key) -> sluice_status {
        Core& core = alive(h, "state.erase");
        expect_no_io(core, "state.erase");
        const std::scoped_lock lock(core.mutex);
        return core.state.erase(string_of(key)) > 0 ? SLUICE_OK : SLUICE_E_NOT_FOUND;
      },
      scan_state};
  return kTable;
}

inline sluice_status data_folder(const sluice_host* h, sluice_str* out, sluice_error* err) {
  Core& core = alive(h, "data.folder");
  if (core.books.phase() == Phase::kConfigure) {
    core.books.breach("files-in-configure",
                      "the data folder was asked for in configure, which `sluice check` calls too; "
                      "do it in start");
    say(err, SLUICE_E_UNSUPPORTED, "nothing is written during a check");
    return SLUICE_E_UNSUPPORTED;
  }
  const std::scoped_lock lock(core.mutex);
  if (core.folder.empty()) {
    const auto in = core.folders.empty() ? std::filesystem::temp_directory_path() : core.folders;
    std::string name = (in / "sluice-test-XXXXXX").string();
    if (!mkdtemp(name.data())) {
      say(err, SLUICE_E_RETRY, "no data folder can be made");
      return SLUICE_E_RETRY;
    }
    core.folder = name;
  }
  *out = view_of(core.folder);
  return SLUICE_OK;
}

inline const sluice_data& data_table() {
  static constexpr sluice_data kTable = {
      sizeof(sluice_data), 0, data_folder, [](const sluice_host*) -> sluice_str {
        constexpr std::string_view kOwner = "00000000-0000-4000-8000-000000000001";
        return {kOwner.data(), kOwner.size()};
      }};
  return kTable;
}

inline const sluice_timer& timer_table() {
  static constexpr sluice_timer kTable = {
      sizeof(sluice_timer), 0,
      [](const sluice_host* h, uint32_t delay_ms, uint32_t period_ms, void (*fn)(void* ctx),
         void* ctx, uint64_t* out_id) -> sluice_status {
        Core& core = alive(h, "timer.start");
        // Under the lock, so that the timer is known when it fires.
        const std::scoped_lock lock(core.mutex);
        *out_id = core.loop.after(std::chrono::milliseconds(delay_ms),
                                  std::chrono::milliseconds(period_ms), [fn, ctx] { fn(ctx); });
        core.timers.insert(*out_id);
        return SLUICE_OK;
      },
      [](const sluice_host* h, uint64_t id) {
        Core& core = core_of(h);
        {
          const std::scoped_lock lock(core.mutex);
          core.timers.erase(id);
        }
        core.loop.cancel(id);
      },
      [](const sluice_host* h, void (*fn)(void* ctx), void* ctx) -> sluice_status {
        alive(h, "timer.post").loop.post([fn, ctx] { fn(ctx); });
        return SLUICE_OK;
      }};
  return kTable;
}

inline sluice_status acquire_service(const sluice_host* h, sluice_str instance, const char* role,
                                     sluice_service* out, sluice_error* err) {
  Core& core = alive(h, "services.acquire");
  const std::scoped_lock lock(core.mutex);
  const auto found = core.services.find(string_of(instance));
  if (found == core.services.end()) {
    say(err, SLUICE_E_NOT_FOUND, "no service of this name was given to the fake host");
    return SLUICE_E_NOT_FOUND;
  }
  const auto table = found->second.roles.find(role);
  if (table == found->second.roles.end()) {
    say(err, SLUICE_E_UNSUPPORTED, "the service does not have this role");
    return SLUICE_E_UNSUPPORTED;
  }
  out->component = found->second.component;
  out->role = table->second;
  out->token = nullptr;
  ++core.held_services;
  return SLUICE_OK;
}

inline const sluice_services& services_table() {
  static constexpr sluice_services kTable = {sizeof(sluice_services), 0, acquire_service,
                                             [](const sluice_host* h, sluice_service* s) {
                                               Core& core = core_of(h);
                                               *s = {};
                                               const std::scoped_lock lock(core.mutex);
                                               --core.held_services;
                                             }};
  return kTable;
}

inline const sluice_threads& threads_table() {
  static constexpr sluice_threads kTable = {
      sizeof(sluice_threads), 0, [](const sluice_host*) -> uint32_t { return thread_tag(); }};
  return kTable;
}

inline sluice_status add_hit(sluice_hits* out, const sluice_hit* hit) {
  HitsBox& found = box(out);
  if (std::isnan(hit->score))
    found.books->breach("score-not-a-number", "a hit has a score that is not a number");
  if (!found.hits.empty() && hit->score > found.hits.back().score)
    found.books->breach("hits-not-in-order", "a hit has a higher score than the one before it");
  found.hits.push_back({hit->score, string_of(hit->id), string_of(hit->document_id),
                        string_of(hit->text), string_of(hit->metadata),
                        SLUICE_HAS(hit, snippet) ? string_of(hit->snippet) : std::string()});
  return SLUICE_OK;
}

inline const sluice_hits_api& hits_table() {
  static constexpr sluice_hits_api kTable = {
      sizeof(sluice_hits_api), 0, add_hit,
      [](sluice_hits* out, uint64_t documents, uint32_t is_exact) {
        box(out).total = documents;
        box(out).is_total_known = true;
        box(out).is_exact = is_exact != 0;
      }};
  return kTable;
}

}  // namespace detail
}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
