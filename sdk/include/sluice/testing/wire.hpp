// sluice/testing/wire.hpp - HTTP and the way into the pipeline: client, routes, emit and crawls of
// the fake host.
#pragma once

#include <sluice/testing/tables.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {
namespace detail {

// ---- the client ----

inline std::vector<sluice_http_header> headers_of(const HttpReply& reply) {
  std::vector<sluice_http_header> headers;
  for (const auto& [name, value] : reply.headers)
    headers.push_back({view_of(name), view_of(value)});
  return headers;
}

// `done(const sluice_http_response*)`
template <class Done>
void hand_over(const HttpReply& reply, Done&& done) {
  const auto headers = headers_of(reply);
  sluice_http_response out{};
  out.struct_size = sizeof out;
  out.status = reply.status;
  out.transport = reply.status != 0 ? sluice_status{SLUICE_OK} : reply.transport;
  out.headers = headers.data();
  out.header_count = static_cast<uint32_t>(headers.size());
  out.body = view_of(reply.body);
  done(&out);
}

// Whoever takes the request out of `under_way` is the one that ends it.
inline void end_request(Core& core, uint64_t number, const HttpReply& reply) {
  std::function<void(const HttpReply&)> done;
  {
    const std::scoped_lock lock(core.mutex);
    const auto found = core.under_way.find(number);
    if (found == core.under_way.end()) return;
    done = std::move(found->second);
    core.under_way.erase(found);
  }
  done(reply);
}

// `ended` hears what became of it, on the event loop.
inline void begin_request(Core& core, const sluice_http_request* request, uint64_t* out_id,
                          std::function<void(const HttpReply&)> ended) {
  if (core.books.phase() == Phase::kConfigure) {
    core.books.breach("network-in-configure",
                      "a request was sent in configure, which `sluice check` calls too; do it in "
                      "start");
  }
  HttpCall call{string_of(request->method),
                string_of(request->url),
                {},
                string_of(request->body),
                std::chrono::milliseconds(request->timeout_ms)};
  for (uint32_t i = 0; i < request->header_count; ++i)
    call.headers[string_of(request->headers[i].name)] = string_of(request->headers[i].value);
  FarEnd far_end;
  uint64_t number = 0;
  {
    const std::scoped_lock lock(core.mutex);
    core.calls.push_back(call);
    far_end = core.far_end;
    number = ++core.last_call;
    core.under_way[number] = std::move(ended);
  }
  HttpReply reply{0, "nothing answers at " + call.url, {}, {}, SLUICE_E_RETRY};
  if (far_end) reply = far_end(call);
  if (call.timeout.count() > 0 && reply.after > call.timeout)
    reply = {0, "no answer in time", {}, call.timeout, SLUICE_E_TIMEOUT};
  *out_id = number;
  core.loop.after(reply.after, {}, [&core, number, reply] { end_request(core, number, reply); });
}

inline sluice_status send_request(const sluice_host* h, const sluice_http_request* request,
                                  void (*done)(void*, const sluice_http_response*), void* ctx,
                                  uint64_t* out_id) {
  begin_request(alive(h, "http.send"), request, out_id, [done, ctx](const HttpReply& reply) {
    hand_over(reply, [&](const sluice_http_response* r) { done(ctx, r); });
  });
  return SLUICE_OK;
}

inline const sluice_http_client& http_client_table() {
  static constexpr sluice_http_client kTable = {
      sizeof(sluice_http_client), 0, send_request, [](const sluice_host* h, uint64_t id) {
        Core& core = core_of(h);
        core.loop.after({}, {}, [&core, id] {
          end_request(core, id, {0, "it was cancelled", {}, {}, SLUICE_E_STOPPING});
        });
      }};
  return kTable;
}

// ---- the server ----

inline sluice_status declare_route(const sluice_host* h, Route route) {
  Core& core = alive(h, "http-server.route");
  const Phase phase = core.books.phase();
  if (phase != Phase::kConfigure && phase != Phase::kStart) {
    core.books.breach("late-route",
                      "the route " + route.path + " was declared outside of configure and start");
    return SLUICE_E_INVALID;
  }
  const std::scoped_lock lock(core.mutex);
  core.routes.push_back(std::move(route));
  return SLUICE_OK;
}

inline void answer_exchange(sluice_exchange* x, HttpReply reply) {
  ExchangeBox& exchange = box(x);
  const std::scoped_lock lock(exchange.mutex);
  if (exchange.is_relayed) {
    exchange.books->breach(
        "answered-while-relayed",
        "a request to " + exchange.path + " was answered while relay had it; wait for done");
    return;
  }
  if (exchange.is_answered) {
    exchange.books->breach("answered-twice", "a request to " + exchange.path +
                                                 " was answered twice; one respond is owed");
    return;
  }
  exchange.is_answered = true;
  exchange.reply = std::move(reply);
  exchange.answered.notify_all();
}

inline bool is_same_name(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

inline sluice_str exchange_header(const sluice_exchange* x, sluice_str name) {
  for (const auto& [known, value] : box(x).call.headers)
    if (is_same_name(known, string_of(name))) return view_of(value);
  return {};
}

inline sluice_str exchange_param(const sluice_exchange* x, sluice_str name) {
  const auto found = box(x).params.find(string_of(name));
  return found == box(x).params.end() ? sluice_str{} : view_of(found->second);
}

inline void respond_with(sluice_exchange* x, uint32_t status, const sluice_http_header* headers,
                         uint32_t count, sluice_str body) {
  HttpReply reply{status, string_of(body), {}, {}, SLUICE_OK};
  for (uint32_t i = 0; i < count; ++i)
    reply.headers[string_of(headers[i].name)] = string_of(headers[i].value);
  answer_exchange(x, std::move(reply));
}

inline void give_back(sluice_exchange* x) {
  const std::scoped_lock lock(box(x).mutex);
  box(x).is_relayed = false;
}

// The body as the caller gets it; false: it was broken off.
inline bool relay_body(const HttpReply& from, const sluice_relay& how, void* ctx, HttpReply& to) {
  const auto emit = [](void* out, sluice_str bytes) {
    *static_cast<std::string*>(out) += string_of(bytes);
  };
  const std::size_t step = from.part_size > 0 ? from.part_size : from.body.size();
  for (std::size_t at = 0; at < from.body.size(); at += step) {
    const std::string part = from.body.substr(at, step);
    if (how.part(ctx, view_of(part), 0, emit, &to.body) != SLUICE_OK) return false;
  }
  return how.part(ctx, {}, 1, emit, &to.body) == SLUICE_OK;
}

inline void end_relay(sluice_exchange* x, const sluice_relay& how, void* ctx,
                      const HttpReply& reply) {
  const auto headers = headers_of(reply);
  sluice_relay_head head{sizeof head, reply.status, headers.data(),
                         static_cast<uint32_t>(headers.size()), 0};
  const uint32_t says = reply.status != 0 ? how.head(ctx, &head) : uint32_t{SLUICE_RELAY_WHOLE};
  give_back(x);
  if (says == SLUICE_RELAY_REWRITTEN && !how.part)
    box(x).books->breach(
        "relay-without-part",
        "the head of a relay asked for a body that is rewritten, and no part does");
  const bool is_rewritten = says == SLUICE_RELAY_REWRITTEN && how.part;
  if (!is_rewritten && says != SLUICE_RELAY_AS_IT_COMES) {
    return hand_over(reply, [&](const sluice_http_response* r) { how.done(ctx, r, 0); });
  }
  HttpReply passed{head.status, {}, {}, {}, SLUICE_OK};
  for (uint32_t i = 0; i < head.header_count; ++i)
    passed.headers[string_of(head.headers[i].name)] = string_of(head.headers[i].value);
  HttpReply ended = reply;
  ended.body.clear();
  if (!is_rewritten) {
    passed.body = reply.body;
  } else if (!relay_body(reply, how, ctx, passed)) {
    passed.status = ended.status = 0;  // what the caller got is not whole
    passed.transport = ended.transport = SLUICE_E_STOPPING;
  }
  answer_exchange(x, std::move(passed));
  hand_over(ended, [&](const sluice_http_response* r) { how.done(ctx, r, 1); });
}

inline sluice_status relay(const sluice_host* h, sluice_exchange* x,
                           const sluice_http_request* request, const sluice_relay* how, void* ctx,
                           uint64_t* out_id) {
  Core& core = alive(h, "http-server.relay");
  if (!SLUICE_HAS_FN(how, done) || !how->head) return SLUICE_E_INVALID;
  {
    const std::scoped_lock lock(box(x).mutex);
    box(x).is_relayed = true;
  }
  begin_request(core, request, out_id,
                [x, table = *how, ctx](const HttpReply& r) { end_relay(x, table, ctx, r); });
  return SLUICE_OK;
}

inline const sluice_http_server& http_server_table() {
  static constexpr sluice_http_server kTable = {
      sizeof(sluice_http_server),
      0,
      [](const sluice_host* h, sluice_str method, sluice_str pattern,
         void (*handler)(void*, sluice_exchange*), void* ctx) -> sluice_status {
        return declare_route(h, {string_of(method), string_of(pattern), 0, false, handler, ctx});
      },
      [](const sluice_exchange* x) -> sluice_str { return view_of(box(x).call.method); },
      [](const sluice_exchange* x) -> sluice_str { return view_of(box(x).path); },
      exchange_param,
      exchange_header,
      [](const sluice_exchange* x) -> sluice_str { return view_of(box(x).call.body); },
      [](sluice_exchange* x, uint32_t status, sluice_str type, sluice_str body) {
        answer_exchange(
            x, {status, string_of(body), {{"Content-Type", string_of(type)}}, {}, SLUICE_OK});
      },
      [](const sluice_host* h, const sluice_route* route, void (*handler)(void*, sluice_exchange*),
         void* ctx, sluice_error*) -> sluice_status {
        return declare_route(h, {string_of(route->method), string_of(route->path), route->flags,
                                 true, handler, ctx});
      },
      [](const sluice_exchange* x) -> sluice_str { return view_of(box(x).query); },
      respond_with,
      relay};
  return kTable;
}

// What {name} and {name...} of the pattern stand for in the path; nothing: it does not match.
inline std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                               std::string_view path) {
  std::map<std::string, std::string> params;
  while (!pattern.empty()) {
    if (pattern[0] != '{') {
      if (path.empty() || path[0] != pattern[0]) return std::nullopt;
      pattern.remove_prefix(1), path.remove_prefix(1);
      continue;
    }
    const auto close = pattern.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    std::string name(pattern.substr(1, close - 1));
    const bool takes_rest = name.size() > 3 && name.compare(name.size() - 3, 3, "...") == 0;
    if (takes_rest) name.resize(name.size() - 3);
    const auto size = takes_rest ? path.size() : std::min(path.find('/'), path.size());
    params[name] = path.substr(0, size);
    pattern.remove_prefix(close + 1), path.remove_prefix(size);
  }
  return path.empty() ? std::optional(params) : std::nullopt;
}

// ---- into the pipeline ----

inline bool may_push(Core& core, const char* function) {
  const Phase phase = core.books.phase();
  if (phase == Phase::kDrained || phase == Phase::kStop) {
    core.books.breach("pushed-after-drain",
                      std::string(function) + " was called after drain had returned");
    return false;
  }
  if (phase == Phase::kConfigure || phase == Phase::kConfigured) {
    core.books.breach("pushed-before-start", std::string(function) + " was called before start");
    return false;
  }
  return true;
}

inline sluice_status push_record(const sluice_host* h, sluice_record* r, uint64_t cookie,
                                 uint32_t wait_ms) {
  Core& core = alive(h, "emit.push");
  if (!may_push(core, "emit.push")) return SLUICE_E_STOPPING;
  if (wait_ms > 0) expect_no_io(core, "emit.push with wait_ms");
  if (!core.records.may_give_away(r, "emit.push")) return SLUICE_E_INVALID;
  const std::scoped_lock lock(core.mutex);
  if (core.push_answer != SLUICE_OK) return core.push_answer;
  core.pushed.push_back({core.records.take(r), cookie});
  return SLUICE_OK;
}

inline const sluice_emit& emit_table() {
  static constexpr sluice_emit kTable = {
      sizeof(sluice_emit), 0, push_record,
      [](const sluice_host* h, sluice_str group) -> sluice_status {
        Core& core = alive(h, "emit.close_group");
        if (!may_push(core, "emit.close_group")) return SLUICE_E_STOPPING;
        if (group.size == 0) return SLUICE_E_INVALID;
        const std::scoped_lock lock(core.mutex);
        core.closed_groups.insert(string_of(group));
        return SLUICE_OK;
      },
      [](const sluice_host* h) {
        Core& core = alive(h, "emit.finished");
        const std::scoped_lock lock(core.mutex);
        core.is_finished = true;
      }};
  return kTable;
}

inline sluice_status take_event(Core& core, const sluice_crawl_event& event,
                                std::vector<sluice_status>& verdicts) {
  if (!may_push(core, "crawls.report")) return SLUICE_E_STOPPING;
  CrawlEvent taken{string_of(event.group), event.ends, {}, {}};
  for (uint32_t i = 0; i < event.record_count; ++i)
    if (!core.records.may_give_away(event.records[i], "crawls.report")) return SLUICE_E_INVALID;
  const std::scoped_lock lock(core.mutex);
  if (core.push_answer != SLUICE_OK) return core.push_answer;
  for (uint32_t i = 0; i < event.record_count; ++i) {
    Page page = core.records.take(event.records[i]);
    page.group = taken.group;
    const bool is_known = core.known.count(page.id) > 0;
    verdicts.push_back(is_known ? SLUICE_DROPPED : SLUICE_OK);
    taken.pushed.push_back({std::move(page), event.cookies ? event.cookies[i] : 0});
  }
  for (uint32_t i = 0; i < event.left_out_count; ++i) {
    taken.left_out.push_back({event.left_out[i].reason, string_of(event.left_out[i].document_id),
                              string_of(event.left_out[i].detail)});
  }
  if (event.ends != SLUICE_CRAWL_GOES_ON) core.closed_groups.insert(taken.group);
  core.crawls.push_back(std::move(taken));
  return SLUICE_OK;
}

inline const sluice_crawls& crawls_table() {
  static constexpr sluice_crawls kTable = {
      sizeof(sluice_crawls), 0,
      [](const sluice_host* h, const sluice_crawl_event* event,
         void (*done)(void*, sluice_status, const sluice_status*), void* ctx) {
        std::vector<sluice_status> verdicts;
        const sluice_status status = take_event(alive(h, "crawls.report"), *event, verdicts);
        done(ctx, status, status == SLUICE_OK ? verdicts.data() : nullptr);
      },
      [](const sluice_host* h, uint32_t, uint32_t, void (*)(void*, const sluice_unfinished*),
         void*) -> sluice_status {
        alive(h, "crawls.unfinished");  // this host forgets a crawl with its event: none is left
        return SLUICE_OK;
      }};
  return kTable;
}

}  // namespace detail
}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
