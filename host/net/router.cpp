// Patterns, their order, and the table that requests look routes up in.
#include "net/router.hpp"

#include <algorithm>
#include <compare>
#include <set>
#include <tuple>

namespace sluice::net {

namespace {

constexpr std::string_view kAnyMethod = "*";

bool method_serves(std::string_view route, std::string_view request) {
  return route == request || route == kAnyMethod || (route == "GET" && request == "HEAD");
}

// HEAD before GET, so that a route of its own beats GET's; "*" after all.
int method_rank(std::string_view method) {
  if (method == kAnyMethod) return 2;
  return method == "HEAD" ? 0 : 1;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

bool is_method(std::string_view text) {
  return text == kAnyMethod ||
         (!text.empty() && std::all_of(text.begin(), text.end(),
                                       [](char letter) { return letter >= 'A' && letter <= 'Z'; }));
}

Error bad_pattern(const std::string& pattern, const std::string& why) {
  return {Fault::kInvalid, "The route \"" + pattern + "\" cannot be used: " + why + "."};
}

}  // namespace

Result<std::vector<Route::Segment>> Route::parse(const std::string& pattern) {
  if (pattern.empty() || pattern.front() != '/') {
    return bad_pattern(pattern, "a pattern begins with a slash");
  }
  std::vector<Segment> segments;
  std::set<std::string, std::less<>> names;
  std::string_view rest = std::string_view(pattern).substr(1);
  for (bool is_last = false; !is_last;) {
    const auto slash = rest.find('/');
    is_last = slash == std::string_view::npos;
    std::string_view text = rest.substr(0, slash);
    if (!is_last) rest.remove_prefix(slash + 1);
    if (text.find_first_of("{}") == std::string_view::npos) {
      segments.push_back({Segment::Kind::kExact, std::string(text)});
      continue;
    }
    if (text.front() != '{' || text.back() != '}') {
      return bad_pattern(pattern, "a parameter such as {id} fills its segment");
    }
    text = text.substr(1, text.size() - 2);
    const bool takes_rest = text.ends_with("...");
    if (takes_rest) text.remove_suffix(3);
    if (takes_rest && !is_last)
      return bad_pattern(pattern, "{" + std::string(text) + "...} comes last");
    if (!is_name(text)) {
      return bad_pattern(pattern, "a parameter's name is made of a-z, 0-9 and _");
    }
    if (!names.emplace(text).second) {
      return bad_pattern(pattern, "it has two parameters \"" + std::string(text) + "\"");
    }
    segments.push_back(
        {takes_rest ? Segment::Kind::kRest : Segment::Kind::kParameter, std::string(text)});
  }
  return segments;
}

Route::Route(Place place, RouteOptions options, Handler handler)
    : place_(std::move(place)), options_(std::move(options)), handler_(std::move(handler)) {}

void Route::run(const ExchangePtr& exchange) {
  bool may_run = false;
  std::shared_ptr<Route> successor;
  {
    const std::scoped_lock lock(mutex_);
    may_run = !is_removed_;
    successor = successor_;
    if (may_run) ++running_;
  }
  if (successor) return successor->run(exchange);
  if (!may_run) {
    Response busy = error_response(503, "This path is being changed right now; try again.");
    busy.headers.push_back({"Retry-After", "1"});  // seconds; a reload takes less
    exchange->respond(std::move(busy));
    return;
  }
  try {
    handler_(exchange);
  } catch (...) {  // a bug of the handler's; the exchange is its only witness here
    exchange->respond(error_response(500, "The server failed on this request; its log says why."));
  }
  const std::scoped_lock lock(mutex_);
  --running_;
  idle_.notify_all();  // under the lock: who waits may destroy the route as soon as it is released
}

bool Route::matches(const std::vector<std::string>& path) const {
  const auto& segments = place_.segments;
  const bool takes_rest = segments.back().kind == Segment::Kind::kRest;
  const std::size_t single = takes_rest ? segments.size() - 1 : segments.size();
  if (takes_rest ? path.size() <= single : path.size() != single) return false;
  for (std::size_t i = 0; i < single; ++i) {
    const bool is_exact = segments[i].kind == Segment::Kind::kExact;
    if (is_exact ? segments[i].text != path[i] : path[i].empty()) return false;
  }
  return true;
}

std::vector<std::pair<std::string, std::string>> Route::params(
    const std::vector<std::string>& path) const {
  std::vector<std::pair<std::string, std::string>> params;
  const auto& segments = place_.segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].kind == Segment::Kind::kExact) continue;
    std::string value = path[i];
    if (segments[i].kind == Segment::Kind::kRest) {
      for (std::size_t more = i + 1; more < path.size(); ++more) value += "/" + path[more];
    }
    params.emplace_back(segments[i].text, std::move(value));
  }
  return params;
}

void Route::close(std::shared_ptr<Route> successor) {
  const std::scoped_lock lock(mutex_);
  is_removed_ = true;
  successor_ = std::move(successor);
}

void Route::wait_until_unused() {
  Handler gone;  // destroyed after the lock: it may hold anything
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return running_ == 0; });
  gone.swap(handler_);
  lock.unlock();
}

Router::Router() : table_(std::make_shared<Table>()) {}

// Segment by segment, text before parameter before rest; then by method.
std::strong_ordering Router::order(const Route& left, const Route& right) {
  const auto& ours = left.place_.segments;
  const auto& theirs = right.place_.segments;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (const auto kinds = ours[i].kind <=> theirs[i].kind; std::is_neq(kinds)) return kinds;
    if (ours[i].kind != Route::Segment::Kind::kExact) continue;
    if (const auto texts = ours[i].text <=> theirs[i].text; std::is_neq(texts)) return texts;
  }
  if (const auto sizes = ours.size() <=> theirs.size(); std::is_neq(sizes)) return sizes;
  const auto ranks = method_rank(left.method()) <=> method_rank(right.method());
  return std::is_neq(ranks) ? ranks : left.method() <=> right.method();
}

Result<std::shared_ptr<Route>> Router::make(NewRoute route) {
  if (!is_method(route.method)) {
    return bad_pattern(route.pattern,
                       "\"" + route.method + "\" is not a method; write it in capitals, or \"*\"");
  }
  auto segments = Route::parse(route.pattern);
  if (!segments) return std::move(segments).error();
  return std::make_shared<Route>(
      Route::Place{std::move(route.method), std::move(route.pattern), std::move(*segments)},
      std::move(route.options), std::move(route.handler));
}

Router::Table::iterator Router::place_of(Table& table, const Route& route) {
  return std::lower_bound(table.begin(), table.end(), route,
                          [](const Entry& entry, const Route& added) {
                            return std::is_lt(order(*entry.route, added));
                          });
}

Result<RouteId> Router::add(std::string method, std::string pattern, RouteOptions options,
                            Handler handler) {
  std::vector<NewRoute> one;
  one.push_back({std::move(method), std::move(pattern), std::move(options), std::move(handler)});
  auto ids = exchange({}, std::move(one));
  if (!ids) return std::move(ids).error();
  return ids->front();
}

Result<std::vector<RouteId>> Router::exchange(const std::vector<RouteId>& out,
                                              std::vector<NewRoute> in) {
  std::vector<std::shared_ptr<Route>> fresh;
  for (auto& route : in) {
    auto made = make(std::move(route));
    if (!made) return std::move(made).error();
    fresh.push_back(std::move(*made));
  }
  std::vector<std::shared_ptr<Route>> gone;
  std::vector<RouteId> ids;
  {
    const std::scoped_lock lock(mutex_);
    auto table = std::make_shared<Table>();
    for (const auto& entry : *table_) {
      const bool goes = std::find(out.begin(), out.end(), entry.id) != out.end();
      if (goes) {
        gone.push_back(entry.route);
      } else {
        table->push_back(entry);
      }
    }
    for (const auto& route : fresh) {
      const auto place = place_of(*table, *route);
      if (place != table->end() && std::is_eq(order(*place->route, *route))) {
        return Error{Fault::kExists, "The route " + route->method() + " " + route->pattern() +
                                         " of " + route->options().owner +
                                         " is taken: " + place->route->options().owner + " has " +
                                         place->route->method() + " " + place->route->pattern() +
                                         ". Give one of them another path."};
      }
      ids.push_back(++last_id_);
      table->insert(place, {last_id_, route});
    }
    table_ = std::move(table);
  }
  for (const auto& route : gone) {
    const auto successor = std::find_if(fresh.begin(), fresh.end(), [&](const auto& one) {
      return std::is_eq(order(*one, *route));
    });
    route->close(successor == fresh.end() ? nullptr : *successor);
  }
  for (const auto& route : gone) route->wait_until_unused();
  return ids;
}

std::shared_ptr<Route> Router::take(RouteId id) {
  const std::scoped_lock lock(mutex_);
  auto table = std::make_shared<Table>(*table_);
  const auto found = std::find_if(table->begin(), table->end(),
                                  [&](const Entry& entry) { return entry.id == id; });
  if (found == table->end()) return nullptr;
  auto route = std::move(found->route);
  table->erase(found);
  table_ = std::move(table);
  return route;
}

bool Router::remove(RouteId id) {
  const auto route = take(id);
  if (route) route->close(nullptr);
  return route != nullptr;
}

bool Router::remove_and_wait(RouteId id) {
  const auto route = take(id);
  if (!route) return false;
  route->close(nullptr);
  route->wait_until_unused();
  return true;
}

std::shared_ptr<const Router::Table> Router::table() const {
  const std::scoped_lock lock(mutex_);
  return table_;
}

std::optional<RouteInfo> Router::holder(std::string method, std::string pattern) const {
  const auto like = make({std::move(method), std::move(pattern), {}, {}});
  if (!like) return std::nullopt;
  const auto table = this->table();
  const auto found = std::find_if(table->begin(), table->end(), [&](const Entry& entry) {
    return std::is_eq(order(*entry.route, **like));
  });
  if (found == table->end()) return std::nullopt;
  const Route& route = *found->route;
  return RouteInfo{route.method(), route.pattern(), route.options()};
}

// In order of specificity, so the first hit is the answer. A host has some dozens of routes, for
// which going through them all is as fast as a tree and much less to read.
RouteMatch Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  const auto table = this->table();
  std::set<std::string> allowed;
  for (const auto& entry : *table) {
    if (!entry.route->matches(segments)) continue;
    if (method_serves(entry.route->method(), method)) {
      return {.route = entry.route, .params = entry.route->params(segments), .allow = {}};
    }
    allowed.insert(entry.route->method());
    if (entry.route->method() == "GET") allowed.insert("HEAD");
  }
  RouteMatch none;
  for (const auto& name : allowed) none.allow += none.allow.empty() ? name : ", " + name;
  return none;
}

std::vector<RouteInfo> Router::routes() const {
  const auto table = this->table();
  std::vector<RouteInfo> infos;
  for (const auto& entry : *table) {
    infos.push_back({entry.route->method(), entry.route->pattern(), entry.route->options()});
  }
  std::sort(infos.begin(), infos.end(), [](const RouteInfo& left, const RouteInfo& right) {
    return std::tie(left.pattern, left.method) < std::tie(right.pattern, right.method);
  });
  return infos;
}

}  // namespace sluice::net
