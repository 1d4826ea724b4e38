// Api: the host's own routes, opened for as long as this lives.
#pragma once

#include "api/control.hpp"
#include "api/operation.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "content/archive.hpp"
#include "crawls/ledger.hpp"
#include "flow/dead_letters.hpp"
#include "flow/graph.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "observe/metrics.hpp"
#include "search/searcher.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

// Where the host is in its life, for readiness.
enum class Phase : uint8_t { kStarting, kReady, kDraining };

// 503 for a page that the pipeline did not take; the status is that of sluice.emit/1 push.
net::Response unavailable(sluice_status taken);

// Owned by the app; all it is given outlives it. Any thread.
class Api {
 public:
  struct Parts {
    net::Router& router;
    net::EventLoop& loop;
    Control& control;
    flow::Graph& graph;
    const crawls::Ledger& ledger;
    flow::DeadLetters& dead_letters;
    const content::Archive& archive;
    search::Searcher& searcher;
    observe::Metrics& metrics;
    const Clock& clock;
  };
  explicit Api(const Parts& parts) : parts_(parts) {}
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // What open opens, as far as others have to keep clear of it.
  struct Place {
    const char* method;
    const char* pattern;
  };
  static std::vector<Place> places();
  // On an Error none is open.
  Result<void> open();
  // The 503 for whatever needs the pipeline, until set_ready; `route` is null where there is none.
  std::optional<net::Response> hold_off(const net::RouteOptions* route) const;
  // The pipeline runs.
  void set_ready() { phase_.store(Phase::kReady, std::memory_order_release); }
  // The host stops. One that never became ready goes on holding off.
  void set_draining();

 private:
  struct Access {
    bool needs_token = true;
    bool is_limited = true;
    bool is_early = false;  // also before the pipeline runs
  };
  using Handler = void (Api::*)(const net::ExchangePtr&);
  struct Entry {
    const char* method;
    const char* pattern;
    Access access;
    Handler handler;
    Operation operation;
  };
  static std::vector<Entry> entries();
  Result<void> add(const Entry& entry);
  void close();

  void search(const net::ExchangePtr& x);
  void index(const net::ExchangePtr& x);
  void test_index(const net::ExchangePtr& x);
  void stats(const net::ExchangePtr& x);
  void crawls(const net::ExchangePtr& x);
  void crawl(const net::ExchangePtr& x);
  void crawl_metrics(const net::ExchangePtr& x);
  void pipeline(const net::ExchangePtr& x);
  void reload(const net::ExchangePtr& x);
  void dead_letters(const net::ExchangePtr& x);
  void dead_letter(const net::ExchangePtr& x);
  void replay(const net::ExchangePtr& x);
  void drop(const net::ExchangePtr& x);
  void content(const net::ExchangePtr& x);
  void content_by_url(const net::ExchangePtr& x);
  void content_by_session(const net::ExchangePtr& x);
  Result<content::StoredPages> pages_by(flow::Graph::OpenBy by, const std::string& key,
                                        content::Archive::Window window);
  void live(const net::ExchangePtr& x);
  void ready(const net::ExchangePtr& x);
  void health(const net::ExchangePtr& x);
  void metrics(const net::ExchangePtr& x);
  void about(const net::ExchangePtr& x);
  void openapi(const net::ExchangePtr& x);

  flow::PipelineView view() const;
  std::vector<std::string> reasons_not_ready(const flow::PipelineView& view) const;

  // Acquire and release: whoever sees that the pipeline runs sees what was made for it.
  Phase phase() const { return phase_.load(std::memory_order_acquire); }

  const Parts parts_;
  std::atomic<Phase> phase_{Phase::kStarting};
  std::vector<net::RouteId> routes_;
};

}  // namespace sluice::api
