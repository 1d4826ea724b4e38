// Instance: the host as one component sees it. It is what `const sluice_host *` points into.
#pragma once

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "data/account.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "plugin/call.hpp"
#include "plugin/component.hpp"
#include "services/ports.hpp"
#include "services/trouble.hpp"
#include "state/state.hpp"

#include <sluice/abi.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::services {

// What all instances share. Owned by the app; outlives every instance. `state` is null under
// `sluice check`, where nothing is written.
struct Shared {
  const observe::Log& log;
  observe::Metrics& metrics;
  plugin::Faults& faults;
  net::EventLoop& loop;
  net::Client& client;
  net::Router& router;
  WorkerPool& workers;
  state::State* state = nullptr;
  std::filesystem::path data;  // the pipeline's data folder
};

// The interfaces that this host offers, for needs of plugins and for `sluice plugins`.
const std::vector<std::string>& offered_interfaces();
inline constexpr const char* kHostVersion = "0.1.0";

// Owned by the graph, made before its component and destroyed after it. Threads as the tables of
// the ABI say; what several of them touch is under `mutex`.
class Instance final : public data::Account {
 public:
  Instance(Shared& shared, plugin::Callee callee);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const sluice_host* handle() const { return &handle_; }
  const std::string& name() const { return callee_.instance; }
  const plugin::Callee& callee() const { return callee_; }
  Shared& shared() const { return shared_; }

  // Before configure. A source's pushes go to `intake`; null for a component that is no source.
  void set_intake(Intake* intake) { intake_ = intake; }
  Intake* intake() const { return intake_; }
  // Before configure: the components that `uses:` names.
  void set_peers(std::map<std::string, const plugin::Component*, std::less<>> peers);
  const std::map<std::string, const plugin::Component*, std::less<>>& peers() const {
    return peers_;
  }

  // What stands in the component's way, for those who look at the host.
  Trouble& trouble() { return trouble_; }

  // After configure the set of metrics is closed.
  void close_metrics() { has_open_metrics_ = false; }

  // What the component has declared of sluice.http-server/1 so far.
  std::vector<net::RouteInfo> routes();
  // Opens the routes that the component declared; on an Error none is open. Those of `predecessor`,
  // when there is one, go in the same moment: no request finds neither.
  Result<void> open_routes(Instance* predecessor = nullptr);
  // Takes them away and waits for their handlers. Also part of quiet().
  void close_routes();
  // Before stop: no route, timer, posted work or request of this component runs when it returns.
  // False: some still do, long after they were to end.
  bool quiet();

  // ---- for the tables in this folder ----

  struct Route {
    std::string method;
    std::string pattern;
    net::RouteOptions options;
    void (*handler)(void* ctx, sluice_exchange* x) = nullptr;
    void* ctx = nullptr;
  };
  void declare(Route route);  // opened at once when routes are open already

  std::vector<observe::Metrics::Instrument>& instruments() { return instruments_; }
  bool has_open_metrics() const { return has_open_metrics_; }

  // Something of this component's is under way outside of it; quiet() waits for it.
  void began();
  void ended();
  // Timers and requests have numbers before they begin, as they may end before whoever begins them
  // knows their id. Once quiet() was called no timer begins (0), and a request is cancelled.
  uint64_t next_timer();
  void keep_timer(uint64_t number, net::TimerId id);
  net::TimerId drop_timer(uint64_t number);  // 0: it has ended
  uint64_t next_request();
  void keep_request(uint64_t number, net::RequestId id);
  net::RequestId drop_request(uint64_t number);  // 0: it has ended

  // Runs `f`, which calls a callback of the component, with its name in the breadcrumb.
  template <class F>
  void call_back(const char* function, plugin::ThreadTag tag, F&& f) {
    const plugin::ThreadScope scope(tag);
    plugin::call(callee_, function, shared_.faults, std::forward<F>(f));
  }

  std::string folder_path;  // behind the view that sluice.data/1 gives out; [control]

 private:
  net::NewRoute to_open(const Route& route);
  void keep_routes(std::vector<net::RouteId> ids);
  std::vector<net::RouteId> hand_over_routes();

  Shared& shared_;
  const plugin::Callee callee_;
  sluice_host handle_{};
  Intake* intake_ = nullptr;
  Trouble trouble_;
  std::map<std::string, const plugin::Component*, std::less<>> peers_;

  // Written in configure alone, [control]; read without a lock afterwards.
  std::vector<observe::Metrics::Instrument> instruments_;
  bool has_open_metrics_ = true;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Route> routes_;                    // guarded by mutex_
  std::vector<net::RouteId> open_routes_;        // guarded by mutex_
  bool are_routes_open_ = false;                 // guarded by mutex_
  std::map<uint64_t, net::TimerId> timers_;      // guarded by mutex_
  std::map<uint64_t, net::RequestId> requests_;  // guarded by mutex_
  uint64_t last_number_ = 0;                     // guarded by mutex_: of both
  bool is_closing_ = false;                      // guarded by mutex_: quiet() was called
  std::size_t under_way_ = 0;                    // guarded by mutex_
};

// The instance behind a host handle.
Instance& instance_of(const sluice_host* host);

}  // namespace sluice::services
