#include "fakes/qdrant/fake_qdrant.hpp"

#include "fakes/qdrant/query.hpp"
#include "fakes/qdrant/refusal.hpp"
#include "fakes/qdrant/store.hpp"

#include <simdjson.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxBody = std::size_t{32} << 20;
constexpr std::string_view kBearer = "Bearer ";

Answer plain(unsigned status, std::string text) {
  return {.status = status, .body = std::move(text), .content_type = "text/plain; charset=utf-8"};
}

Answer failed(unsigned status, const std::string& error) {
  return {.status = status, .body = json{{"status", {{"error", error}}}, {"time", 0.0}}.dump()};
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> all;
  for (std::size_t at = 1; at <= path.size() && path.size() > 1;) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    all.push_back(unescaped(path.substr(at, end - at)));
    at = end + 1;
  }
  return all;
}

bool has_parameter(const Request& request, std::string_view parameter) {
  const std::string query = "&" + std::string(request.query()) + "&";
  return query.find("&" + std::string(parameter) + "&") != std::string::npos;
}

json body_of(const Request& request) {
  if (request.body.empty()) return json::object();
  json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object())
    throw Refusal(400, "Format error in JSON body: expected value at line 1 column 1");
  return body;
}

ServerOptions with_limits(const QdrantOptions& options) {
  ServerOptions server = options.server;
  server.max_body = std::min(server.max_body, kMaxBody);
  const std::string limit = std::to_string(server.max_body);
  server.too_large =
      failed(400, "JSON payload (" + std::to_string(server.max_body + 1) +
                      " bytes) is larger than allowed (limit: " + limit + " bytes).");
  return server;
}

}  // namespace

struct FakeQdrant::Impl {
  explicit Impl(const QdrantOptions& given)
      : options(given),
        api_key(given.api_key),
        store(given.strictness),
        server([this](const Request& request) { return answer(request); }, with_limits(given)) {}

  Answer answer(const Request& request);
  json route(const Request& request, const std::vector<std::string>& path);
  json collection_route(const Request& request, const std::vector<std::string>& path);
  json point_route(const Request& request, const std::string& name, const std::string& verb);
  json upsert(const std::string& name, std::string_view body, bool is_waited_for);
  json remove(const std::string& name, const json& body, bool is_waited_for);
  json run_batch(const std::string& name, const json& body, bool is_waited_for);
  std::optional<Answer> refused(const Request& request);
  json written(const std::string& status) {
    return {{"operation_id", operations.fetch_add(1, std::memory_order_relaxed)},
            {"status", status}};
  }

  const QdrantOptions options;  // but for its key
  std::mutex mutex;             // guards the next
  std::string api_key;
  std::atomic<std::uint64_t> operations{0};  // orders nothing else, like the next
  std::atomic<bool> is_ready{true};
  Store store;
  HttpServer server;
};

std::optional<Answer> FakeQdrant::Impl::refused(const Request& request) {
  const std::scoped_lock lock(mutex);
  if (api_key.empty()) return std::nullopt;
  std::string_view key = request.header("api-key");
  if (key.empty() && request.header("Authorization").starts_with(kBearer))
    key = request.header("Authorization").substr(kBearer.size());
  if (key.empty()) return plain(401, "Must provide an API key or an Authorization bearer token");
  if (key == api_key) return std::nullopt;
  if (options.read_only_key.empty() || key != options.read_only_key)
    return plain(401, "Invalid API key or JWT");
  const std::string_view path = request.path();
  const bool looks = request.method == "GET" || path.ends_with("/query") ||
                     path.ends_with("/groups") || path.ends_with("/search") ||
                     path.ends_with("/scroll") || path.ends_with("/count") ||
                     (request.method == "POST" && path.ends_with("/points"));
  if (looks) return std::nullopt;
  return failed(403, "Forbidden: Global manage access is required");
}

Answer FakeQdrant::Impl::answer(const Request& request) {
  const auto began = Clock::now();
  const std::string_view path = request.path();
  if (path == "/") {
    return {.body = json{{"title", "qdrant - vector search engine"},
                         {"version", options.version},
                         {"commit", "fake"}}
                        .dump()};
  }
  if (path == "/healthz" || path == "/livez") return plain(200, "healthz check passed");
  if (path == "/readyz") {
    return is_ready.load(std::memory_order_relaxed) ? plain(200, "all shards are ready")
                                                    : plain(503, "some shards are not ready");
  }
  if (auto no = refused(request)) return std::move(*no);
  try {
    json out = {{"result", route(request, segments_of(path))}, {"status", "ok"}};
    out["time"] = std::chrono::duration<double>(Clock::now() - began).count();
    Answer answer{.body = out.dump(-1, ' ', false, json::error_handler_t::replace)};
    const bool is_write = request.method == "PUT" || path.ends_with("/delete");
    const bool is_query = path.ends_with("/query") || path.ends_with("/groups");
    if (is_write && path.find("/points") != std::string_view::npos)
      answer.delay = options.write_time;
    if (is_query) answer.delay = options.search_time;
    return answer;
  } catch (const Refusal& no) {
    if (no.status() == 404 && *no.what() == '\0') return {.status = 404, .content_type = ""};
    return failed(no.status(), no.what());
  } catch (const json::exception& wrong) {
    return failed(400, std::string("Format error in JSON body: ") + wrong.what());
  } catch (const simdjson::simdjson_error& wrong) {
    return failed(400, std::string("Format error in JSON body: ") + wrong.what());
  }
}

json FakeQdrant::Impl::route(const Request& request, const std::vector<std::string>& path) {
  const bool is_collections = !path.empty() && path[0] == "collections";
  if (is_collections && path.size() == 1 && request.method == "GET") {
    json all = json::array();
    for (const std::string& name : store.names()) all.push_back({{"name", name}});
    return {{"collections", std::move(all)}};
  }
  if (is_collections && path.size() > 1 && !path[1].empty()) return collection_route(request, path);
  throw Refusal(404, "");
}

json FakeQdrant::Impl::collection_route(const Request& request,
                                        const std::vector<std::string>& path) {
  const std::string& name = path[1];
  const std::string& method = request.method;
  if (path.size() == 2) {
    if (method == "GET") return store.look(name, [](const Collection& c) { return c.info(); });
    if (method == "DELETE") return store.drop(name);
    if (method == "PUT") {
      store.create(name, body_of(request));
      return true;
    }
  } else if (path[2] == "exists" && method == "GET") {
    return {{"exists", store.exists(name)}};
  } else if (path[2] == "index" && method == "PUT") {
    const json body = body_of(request);
    store.change(name, [&](Collection& c, QdrantCounters& counters) {
      c.add_index(body.at("field_name"), body.at("field_schema"));
      ++counters.indexes_made;
    });
    return written("completed");
  } else if (path[2] == "index" && method == "DELETE" && path.size() == 4) {
    store.change(name, [&](Collection& c, QdrantCounters&) { c.remove_index(path[3]); });
    return written("completed");
  } else if (path[2] == "points") {
    std::string verb;
    for (std::size_t i = 3; i < path.size(); ++i) verb += (i == 3 ? "" : "/") + path[i];
    return point_route(request, name, verb);
  }
  throw Refusal(404, "");
}

json FakeQdrant::Impl::point_route(const Request& request, const std::string& name,
                                   const std::string& verb) {
  const bool is_waited_for = has_parameter(request, "wait=true");
  if (request.method == "PUT" && verb.empty()) return upsert(name, request.body, is_waited_for);
  if (request.method == "GET") {
    return store.look(name, [&](const Collection& c) { return retrieve_point(c, verb); });
  }
  if (request.method != "POST") throw Refusal(404, "");
  const json body = body_of(request);
  if (verb == "delete") return remove(name, body, is_waited_for);
  if (verb == "batch") return run_batch(name, body, is_waited_for);
  using Read = json (*)(const Collection&, const json&);
  static const std::map<std::string_view, Read> kReads = {
      {"query", query_points},   {"query/groups", query_groups}, {"search", search_points},
      {"scroll", scroll_points}, {"count", count_points},        {"", retrieve_points}};
  const auto read = kReads.find(verb);
  if (read == kReads.end()) throw Refusal(404, "");
  if (verb == "query" || verb == "query/groups") store.count(&QdrantCounters::queries);
  if (verb == "count") store.count(&QdrantCounters::counts);
  return store.look(name, [&](const Collection& c) { return read->second(c, body); });
}

json FakeQdrant::Impl::upsert(const std::string& name, std::string_view body, bool is_waited_for) {
  auto points = store.look(name, [&](const Collection& c) { return c.read_points(body); });
  const bool is_broken = store.take_broken_upsert();
  if (is_broken) points.resize((points.size() + 1) / 2);
  const std::string status = store.write(
      name,
      [points = std::move(points)](Collection& c, QdrantCounters& counters) {
        ++counters.upserts;
        counters.points_upserted += points.size();
        counters.largest_upsert = std::max<std::uint64_t>(counters.largest_upsert, points.size());
        for (const Point& point : points) c.put(point);
      },
      is_waited_for);
  if (is_broken) {
    throw Refusal(500,
                  "Service internal error: Consistency of this update is not guaranteed. "
                  "Please retry.");
  }
  return written(status);
}

json FakeQdrant::Impl::remove(const std::string& name, const json& body, bool is_waited_for) {
  std::vector<PointId> ids;
  for (const json& one : body.value("points", json::array())) {
    const auto id = parse_id(one);
    if (!id) throw Refusal(400, "Format error in JSON body: value is not a valid point ID");
    ids.push_back(*id);
  }
  if (!body.contains("points") && !body.contains("filter")) {
    throw Refusal(400,
                  "Format error in JSON body: data did not match any variant of PointsSelector");
  }
  const Filter filter(body.value("filter", json()));
  store.look(name, [&](const Collection& c) { c.check(filter); });
  const bool is_by_filter = body.contains("filter");
  return written(store.write(
      name,
      [=](Collection& c, QdrantCounters& counters) {
        ++counters.removals;
        const std::size_t before = c.points().size();
        for (const PointId& id : ids) c.remove(id);
        if (is_by_filter) c.remove(filter);
        counters.points_removed += before - c.points().size();
      },
      is_waited_for));
}

json FakeQdrant::Impl::run_batch(const std::string& name, const json& body, bool is_waited_for) {
  json results = json::array();
  for (const json& operation : body.at("operations")) {
    if (operation.contains("upsert")) {
      results.push_back(upsert(name, operation["upsert"].dump(), is_waited_for));
    } else if (operation.contains("delete")) {
      results.push_back(remove(name, operation["delete"], is_waited_for));
    } else {
      throw Refusal(400, "Format error in JSON body: unknown variant of UpdateOperation");
    }
  }
  return results;
}

FakeQdrant::FakeQdrant(const QdrantOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FakeQdrant::~FakeQdrant() = default;

HttpServer& FakeQdrant::server() { return impl_->server; }
std::string FakeQdrant::url() const { return impl_->server.url(); }

void FakeQdrant::answer_next_writes(std::uint64_t times, WriteStatus status,
                                    std::chrono::milliseconds delay) {
  impl_->store.answer_next_writes(times, status, delay);
}
void FakeQdrant::break_next_upserts(std::uint64_t times) { impl_->store.break_next_upserts(times); }
void FakeQdrant::lose_what_waits() { impl_->store.lose_what_waits(); }
void FakeQdrant::change_key(const std::string& api_key) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->api_key = api_key;
}
void FakeQdrant::set_ready(bool is_ready) {
  impl_->is_ready.store(is_ready, std::memory_order_relaxed);
}

QdrantCounters FakeQdrant::counters() const { return impl_->store.counters(); }
void FakeQdrant::reset_counters() { impl_->store.reset_counters(); }

std::size_t FakeQdrant::points(const std::string& collection) const {
  if (!impl_->store.exists(collection)) return 0;
  return impl_->store.look(collection, [](const Collection& c) { return c.points().size(); });
}

std::vector<std::string> FakeQdrant::payloads(const std::string& collection) const {
  if (!impl_->store.exists(collection)) return {};
  return impl_->store.look(collection, [](const Collection& c) {
    std::vector<std::string> all;
    for (const auto& [id, point] : c.points()) all.push_back(point.payload.dump());
    return all;
  });
}

std::vector<std::string> FakeQdrant::ids(const std::string& collection) const {
  if (!impl_->store.exists(collection)) return {};
  return impl_->store.look(collection, [](const Collection& c) {
    std::vector<std::string> all;
    for (const auto& [id, point] : c.points())
      all.push_back(id.number ? std::to_string(*id.number) : id.uuid);
    return all;
  });
}

void FakeQdrant::drop_collection(const std::string& collection) { impl_->store.drop(collection); }

}  // namespace sluice::fakes
