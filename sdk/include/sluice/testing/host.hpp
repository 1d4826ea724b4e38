// sluice/testing/host.hpp - FakeHost: all that a component sees of Sluice, in memory, under a
// test's control.
#pragma once

#include <sluice/testing/records_table.hpp>
#include <sluice/testing/tables.hpp>
#include <sluice/testing/wire.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// An embedder for stages that ask sluice.services/1 for one. The vector of a text has its length
// in the first place and zeros after it.
class FakeEmbedder {
 public:
  explicit FakeEmbedder(uint32_t dimension) : dimension_(dimension) {
    component_.struct_size = sizeof component_;
    component_.self = this;
  }
  FakeEmbedder(const FakeEmbedder&) = delete;
  FakeEmbedder& operator=(const FakeEmbedder&) = delete;
  sluice_component* component() { return &component_; }

  static const sluice_embed& table() {
    static constexpr sluice_embed kTable = {
        sizeof(sluice_embed), 0,
        [](const sluice_component* c) -> uint32_t {
          return static_cast<FakeEmbedder*>(c->self)->dimension_;
        },
        [](sluice_component* c, const sluice_str* texts, uint32_t count, uint32_t, float* out,
           sluice_error*) -> sluice_status {
          const uint32_t dimension = static_cast<FakeEmbedder*>(c->self)->dimension_;
          for (uint32_t i = 0; i < count; ++i) {
            float* row = out + std::size_t{i} * dimension;
            std::fill_n(row, dimension, 0.0F);
            row[0] = static_cast<float>(texts[i].size);
          }
          return SLUICE_OK;
        }};
    return kTable;
  }

 private:
  sluice_component component_{};
  uint32_t dimension_;
};

// One host, seen by one component. Every rule of the headers that the component breaks becomes a
// sentence of breaches(). Any thread, but what a reference is returned to is the test's.
class FakeHost {
 public:
  struct Options {
    std::string instance = "stage";
    Loop::Clock clock = Loop::Clock::kByHand;
    std::set<std::string> missing = {};  // interfaces that this host lacks: "sluice.timer/1"
    std::function<void(const char* function)> watch = {};  // called before each call
    std::filesystem::path folders = {};  // where data folders are made; empty: with temporary files
  };
  FakeHost() : FakeHost(Options{}) {}
  explicit FakeHost(Options options)
      : instance_(std::move(options.instance)), core_(std::make_unique<Core>(options.clock)) {
    core_->missing = std::move(options.missing);
    core_->watch = std::move(options.watch);
    core_->folders = std::move(options.folders);
    handle_.struct_size = sizeof handle_;
    handle_.abi_minor = SLUICE_ABI_MINOR;
    handle_.name = "sluice";
    handle_.version = "0.0.0-fake";
    handle_.instance = instance_.c_str();
    handle_.impl = core_.get();
    handle_.get_interface = &find;
  }
  ~FakeHost() {
    quiet();
    if (core_->folder.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(core_->folder, ignored);
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const sluice_host* raw() const { return &handle_; }
  Core& core() { return *core_; }

  // ---- time ----

  // Turns the clock; timers and answers that are due on the way have run when it returns.
  void advance(std::chrono::milliseconds by) { core_->loop.advance(by); }
  // Nothing that is due waits any more: posted work, answers, timers.
  void settle() { core_->loop.wait_idle(); }

  // ---- what the component says and does ----

  std::vector<LogLine> log() const { return copy(core_->log); }
  // Lines in whose text() this occurs.
  std::size_t lines_with(std::string_view text) const {
    std::size_t count = 0;
    for (const LogLine& line : log())
      if (line.text().find(text) != std::string::npos) ++count;
    return count;
  }
  // A counter or gauge, or the sum of a histogram; 0 when there is none of that name.
  double metric(std::string_view name) const {
    for (const MetricBox& metric : copy(core_->metrics))
      if (metric.name == name) return metric.value;
    return 0;
  }
  std::map<std::string, std::string> state() const { return copy(core_->state); }
  void set_state(const std::string& key, const std::string& value) {
    const std::scoped_lock lock(core_->mutex);
    core_->state[key] = value;
  }
  std::vector<Pushed> pushed() const { return copy(core_->pushed); }
  std::vector<CrawlEvent> crawls() const { return copy(core_->crawls); }
  std::set<std::string> closed_groups() const { return copy(core_->closed_groups); }
  bool is_finished() const { return copy(core_->is_finished); }
  // What push and report are answered from now on; SLUICE_E_AGAIN: the pipeline is full.
  void answer_pushes(sluice_status status) {
    const std::scoped_lock lock(core_->mutex);
    core_->push_answer = status;
  }
  // A document that its crawl has already.
  void know(const std::string& document_id) {
    const std::scoped_lock lock(core_->mutex);
    core_->known.insert(document_id);
  }

  // ---- HTTP ----

  // What answers the component's requests; without it nothing does.
  void set_far_end(FarEnd far_end) {
    const std::scoped_lock lock(core_->mutex);
    core_->far_end = std::move(far_end);
  }
  std::vector<HttpCall> calls() const { return copy(core_->calls); }
  std::vector<Route> routes() const { return copy(core_->routes); }
  // Sends a request to a route of the component and waits for its answer. Status 0: there is no
  // such route, or no answer came.
  HttpReply request(HttpCall call, std::chrono::milliseconds patience = std::chrono::seconds(10));

  // ---- services ----

  void offer(const std::string& name, sluice_component* component, const char* role,
             const void* table) {
    const std::scoped_lock lock(core_->mutex);
    core_->services[name].component = component;
    core_->services[name].roles[role] = table;
  }
  // As the embedder in front of this stage.
  void offer_embedder(FakeEmbedder& embedder) {
    offer("", embedder.component(), SLUICE_ROLE_EMBED, &FakeEmbedder::table());
  }

  // ---- the contract ----

  // What was done against it, one sentence each; stop has to have been called for all of them.
  std::vector<Breach> breaches() const { return core_->books.breaches(); }
  bool has_breach(std::string_view kind) const { return core_->books.has(kind); }
  // The same as one text, for a test's message; empty: none.
  std::string complaints() const {
    std::string text;
    for (const Breach& breach : breaches()) text += breach.kind + ": " + breach.sentence + "\n";
    return text;
  }

  // As the host does before stop: no timer, request or posted work of the component runs any more.
  void quiet() {
    std::set<uint64_t> timers;
    std::vector<uint64_t> requests;
    {
      const std::scoped_lock lock(core_->mutex);
      timers.swap(core_->timers);
      for (const auto& [number, done] : core_->under_way) requests.push_back(number);
      core_->routes.clear();
    }
    for (const uint64_t id : timers) core_->loop.cancel(id);
    for (const uint64_t number : requests) {
      core_->loop.call([&] {
        detail::end_request(*core_, number, {0, "it was cancelled", {}, {}, SLUICE_E_STOPPING});
      });
    }
    settle();
  }
  // After stop: what the component still holds is a breach.
  void close() {
    core_->records.close();
    std::size_t unanswered = 0;
    {
      const std::scoped_lock lock(core_->mutex);
      for (auto& exchange : core_->exchanges) {
        const std::scoped_lock one(exchange->mutex);
        if (!exchange->is_answered) ++unanswered;
      }
      if (core_->held_services != 0) {
        core_->books.breach("held-service",
                            "a service was acquired and not released by the end of stop");
      }
    }
    if (unanswered > 0) {
      core_->books.breach("never-answered", std::to_string(unanswered) +
                                                " requests to its routes had no answer by the "
                                                "end of stop; call respond once for each");
    }
  }

 private:
  template <class T>
  T copy(const T& what) const {
    const std::scoped_lock lock(core_->mutex);
    return what;
  }
  static const void* find(const sluice_host* h, const char* id) {
    const std::string_view name = id;
    if (core_of(h).missing.count(id) > 0) return nullptr;
    if (name == SLUICE_IFACE_RECORDS) return &RecordsTable::table();
    if (name == SLUICE_IFACE_LOG) return &detail::log_table();
    if (name == SLUICE_IFACE_METRICS) return &detail::metrics_table();
    if (name == SLUICE_IFACE_CONFIG) return &detail::config_table();
    if (name == SLUICE_IFACE_STATE) return &detail::state_table();
    if (name == SLUICE_IFACE_DATA) return &detail::data_table();
    if (name == SLUICE_IFACE_TIMER) return &detail::timer_table();
    if (name == SLUICE_IFACE_HTTP_CLIENT) return &detail::http_client_table();
    if (name == SLUICE_IFACE_HTTP_SERVER) return &detail::http_server_table();
    if (name == SLUICE_IFACE_SERVICES) return &detail::services_table();
    if (name == SLUICE_IFACE_THREADS) return &detail::threads_table();
    if (name == SLUICE_IFACE_HITS) return &detail::hits_table();
    if (name == SLUICE_IFACE_EMIT) return &detail::emit_table();
    if (name == SLUICE_IFACE_CRAWLS) return &detail::crawls_table();
    return nullptr;
  }

  const std::string instance_;
  sluice_host handle_{};
  std::unique_ptr<Core> core_;
};

inline HttpReply FakeHost::request(HttpCall call, std::chrono::milliseconds patience) {
  ExchangeBox* exchange = nullptr;
  Route route;
  {
    const std::scoped_lock lock(core_->mutex);
    const auto mark = std::min(call.url.find('?'), call.url.size());
    const std::string path = call.url.substr(0, mark);
    for (const Route& candidate : core_->routes) {
      const std::string pattern =
          (candidate.is_absolute ? "" : "/plugins/" + instance_) + candidate.path;
      auto params = detail::match(pattern, path);
      if (!params || (candidate.method != "*" && candidate.method != call.method)) continue;
      route = candidate;
      exchange = core_->exchanges.emplace_back(std::make_unique<ExchangeBox>()).get();
      exchange->books = &core_->books;
      exchange->path = path;
      exchange->query = mark < call.url.size() ? call.url.substr(mark + 1) : "";
      exchange->params = std::move(*params);
      exchange->call = std::move(call);
      break;
    }
  }
  if (!exchange) return {0, "the component has no such route", {}, {}, SLUICE_E_NOT_FOUND};
  {
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    route.handler(route.ctx, reinterpret_cast<sluice_exchange*>(exchange));
  }
  std::unique_lock lock(exchange->mutex);
  if (!exchange->answered.wait_for(lock, patience, [&] { return exchange->is_answered; }))
    return {0, "the component gave no answer", {}, {}, SLUICE_E_TIMEOUT};
  return exchange->reply;
}

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
