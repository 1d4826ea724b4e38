// Router: which handler answers which method and path.
#pragma once

#include "base/result.hpp"
#include "net/exchange.hpp"

#include <compare>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::net {

using RouteId = std::uint64_t;  // never 0

// Answers through the exchange, then or later, on any thread.
using Handler = std::function<void(ExchangePtr)>;

enum class RunsOn {
  kWorker,       // may block
  kIo,           // on a loop thread: must not block
  kIoWhenSmall,  // does not block, but takes as long as the request is big: a big one on a worker
};

struct RouteOptions {
  RunsOn runs_on = RunsOn::kWorker;
  std::size_t max_body = 0;  // bytes; 0 = the server's
  bool needs_token = false;
  bool is_closed_without_token = false;  // where none is set, nobody may call
  bool rate_limited = false;
  bool is_early = false;       // answers also while all others are held off
  std::string owner = {};      // who added it, for messages and lists
  std::string operation = {};  // its description for people: an OpenAPI operation as JSON, or empty
};

// What the router is to open.
struct NewRoute {
  std::string method;
  std::string pattern;
  RouteOptions options;
  Handler handler;
};

// One route. Shared by the router and by the requests that have matched it.
class Route {
 public:
  struct Segment {
    enum class Kind { kExact, kParameter, kRest } kind;
    std::string text;  // what must stand there, or the parameter's name
  };
  struct Place {
    std::string method;
    std::string pattern;
    std::vector<Segment> segments;  // of the pattern; at least one
  };

  Route(Place place, RouteOptions options, Handler handler);

  const std::string& method() const { return place_.method; }
  const std::string& pattern() const { return place_.pattern; }
  const RouteOptions& options() const { return options_; }

  // Any thread. Calls the handler here, or that of the route which took this one's place meanwhile;
  // answers 503 when nothing took its place, and 500 when the handler throws.
  void run(const ExchangePtr& exchange);

 private:
  friend class Router;

  static Result<std::vector<Segment>> parse(const std::string& pattern);
  bool matches(const std::vector<std::string>& path) const;
  std::vector<std::pair<std::string, std::string>> params(
      const std::vector<std::string>& path) const;
  void close(std::shared_ptr<Route> successor);
  void wait_until_unused();

  const Place place_;
  const RouteOptions options_;
  Handler handler_;  // changed only once it is removed and unused

  std::condition_variable idle_;
  std::mutex mutex_;  // guards what follows
  std::size_t running_ = 0;
  bool is_removed_ = false;
  std::shared_ptr<Route> successor_;  // of a removed one; none: its place is free
};

struct RouteMatch {
  std::shared_ptr<Route> route;  // none: see allow
  std::vector<std::pair<std::string, std::string>> params;
  std::string
      allow;  // without a route: the methods that the path has, "GET, HEAD"; empty = unknown path
};

struct RouteInfo {
  std::string method;
  std::string pattern;
  RouteOptions options;
};

// Any thread, while serving too: requests see a snapshot. Patterns are segments between slashes,
// each a text, a {parameter} (one segment, not empty) or, at the end, a {rest...} (what is left,
// which may be empty). Text beats parameter beats rest, from the left. Method "*" takes what no
// other method of the same pattern takes; GET answers HEAD too.
class Router {
 public:
  Router();

  // Fault::kInvalid for a bad pattern; Fault::kExists, naming both owners, when the place is taken.
  Result<RouteId> add(std::string method, std::string pattern, RouteOptions options,
                      Handler handler);

  // Takes `out` away and opens `in` in one moment: a request finds either the old or the new.
  // Returns when no handler of `out` is running; not from inside one of them. On an Error, which is
  // that of add, nothing has changed. Ids that are not there are passed over.
  Result<std::vector<RouteId>> exchange(const std::vector<RouteId>& out, std::vector<NewRoute> in);

  // No request starts on the route afterwards. False when there is no such route.
  bool remove(RouteId id);

  // As remove, and returns when no handler of the route is running and the handler is destroyed.
  // Not from inside one of its own handlers.
  bool remove_and_wait(RouteId id);

  // Who stands where a route like this would; none: it is free, or no route.
  std::optional<RouteInfo> holder(std::string method, std::string pattern) const;

  RouteMatch match(std::string_view method, const std::vector<std::string>& segments) const;

  // In the order of their patterns.
  std::vector<RouteInfo> routes() const;

 private:
  struct Entry {
    RouteId id;
    std::shared_ptr<Route> route;
  };
  using Table = std::vector<Entry>;  // the most specific first

  std::shared_ptr<const Table> table() const;
  std::shared_ptr<Route> take(RouteId id);
  static Result<std::shared_ptr<Route>> make(NewRoute route);
  static Table::iterator place_of(Table& table, const Route& route);
  static std::strong_ordering order(const Route& left, const Route& right);

  mutable std::mutex mutex_;            // guards what follows
  std::shared_ptr<const Table> table_;  // replaced, never changed: requests hold on to it
  RouteId last_id_ = 0;
};

}  // namespace sluice::net
