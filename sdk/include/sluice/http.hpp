// sluice/http.hpp - HTTP for a plugin: requests through the host's pooled client, and routes on the
// host's server. No HTTP library enters the plugin.
#pragma once

#include <sluice/abi/services.h>
#include <sluice/host.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  std::chrono::milliseconds timeout{0};  // of the whole exchange; 0: the host's default
};

// What came back. `status` 0 means no answer; then `why` says what went wrong.
struct HttpResponse {
  uint32_t status = 0;
  sluice_status why = SLUICE_OK;
  std::vector<HttpHeader> headers;
  std::string body;

  bool is_success() const noexcept { return status >= 200 && status < 300; }
};

namespace detail {

// A request as C sees it; a view of it.
class RequestView {
 public:
  explicit RequestView(const HttpRequest& request) {
    headers_.reserve(request.headers.size());
    for (const auto& h : request.headers) headers_.push_back({to_c(h.name), to_c(h.value)});
    c_.struct_size = sizeof c_;
    c_.timeout_ms = static_cast<uint32_t>(request.timeout.count());
    c_.method = to_c(request.method);
    c_.url = to_c(request.url);
    c_.headers = headers_.data();
    c_.header_count = static_cast<uint32_t>(headers_.size());
    c_.body = to_c(request.body);
  }
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;
  const sluice_http_request* get() const noexcept { return &c_; }

 private:
  std::vector<sluice_http_header> headers_;
  sluice_http_request c_{};
};

inline std::vector<HttpHeader> headers_of(const sluice_http_header* headers, uint32_t count) {
  std::vector<HttpHeader> out;
  out.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    out.push_back({std::string(to_cpp(headers[i].name)), std::string(to_cpp(headers[i].value))});
  }
  return out;
}

// A copy; where there is no room for one, as if no answer had come.
inline HttpResponse response_of(const sluice_http_response* r) noexcept {
  HttpResponse out;
  const sluice_status s = guard(nullptr, [&]() -> Status {
    out.headers = headers_of(r->headers, r->header_count);
    out.body = to_cpp(r->body);
    return {};
  });
  if (s == SLUICE_OK) {
    out.status = r->status;
    out.why = r->transport;
  } else {
    out = HttpResponse{};
    out.why = s;
  }
  return out;
}

}  // namespace detail

// The host's HTTP client: one pool per origin, keep-alive, and never a retry of its own: say
// Status::retry and the host comes back. Any thread.
class HttpClient {
 public:
  explicit HttpClient(const Host& host)
      : host_(host.raw()), api_(host.find<sluice_http_client>(SLUICE_IFACE_HTTP_CLIENT)) {}
  bool is_offered() const noexcept { return api_ != nullptr; }

  // Starts the exchange. `done` runs exactly once, on [io]. Returns the id for cancel, 0 on failure
  // to start (then done has run already).
  uint64_t send(const HttpRequest& request, std::function<void(HttpResponse)> done) const {
    auto keep = std::make_unique<std::function<void(HttpResponse)>>(std::move(done));
    const detail::RequestView view(request);
    uint64_t id = 0;
    const sluice_status s =
        api_ ? api_->send(host_, view.get(), &finish, keep.get(), &id) : SLUICE_E_UNSUPPORTED;
    if (s == SLUICE_OK) {
      (void)keep.release();  // finish frees it
      return id;
    }
    HttpResponse failed;
    failed.why = s;
    (*keep)(std::move(failed));
    return 0;
  }
  void cancel(uint64_t id) const noexcept {
    if (api_ && id != 0) api_->cancel(host_, id);
  }

  // The same, waiting for the answer. [worker]: never on the event loop.
  HttpResponse fetch(const HttpRequest& request) const {
    struct Wait {
      std::mutex mutex;
      std::condition_variable done;
      std::optional<HttpResponse> response;  // guarded by mutex
    };
    auto wait =
        std::make_shared<Wait>();  // shared: the callback may still be leaving when we return
    send(request, [wait](HttpResponse r) {
      const std::scoped_lock lock(wait->mutex);
      wait->response = std::move(r);
      wait->done.notify_all();
    });
    std::unique_lock lock(wait->mutex);
    wait->done.wait(lock, [&] { return wait->response.has_value(); });
    return std::move(*wait->response);
  }

 private:
  static void finish(void* ctx, const sluice_http_response* r) noexcept {
    const std::unique_ptr<std::function<void(HttpResponse)>> done(
        static_cast<std::function<void(HttpResponse)>*>(ctx));
    detail::guard(nullptr, [&]() -> Status {
      (*done)(detail::response_of(r));
      return {};
    });
  }
  const sluice_host* host_;
  const sluice_http_client* api_;
};

// One request being answered. Move-only; the destructor answers 500 when nobody else has.
class HttpExchange {
 public:
  HttpExchange(sluice_exchange* x, const sluice_http_server* api) noexcept : x_(x), api_(api) {}
  HttpExchange(HttpExchange&& o) noexcept : x_(std::exchange(o.x_, nullptr)), api_(o.api_) {}
  HttpExchange& operator=(HttpExchange&&) = delete;
  ~HttpExchange() {
    if (x_) respond(500, "application/json", R"({"detail":"the plugin gave no answer"})");
  }

  // An answer is owed; false once it is given or somebody else has taken that over.
  bool is_open() const noexcept { return x_ != nullptr; }
  // For relay; release gives the exchange away, with the answer that is owed.
  sluice_exchange* raw() const noexcept { return x_; }
  sluice_exchange* release() noexcept { return std::exchange(x_, nullptr); }
  const sluice_http_server* api() const noexcept { return api_; }

  // Views that live until respond.
  std::string_view method() const noexcept { return to_cpp(api_->method(x_)); }
  std::string_view path() const noexcept { return to_cpp(api_->path(x_)); }
  std::string_view query() const noexcept { return to_cpp(api_->query(x_)); }
  std::string_view param(std::string_view name) const noexcept {
    return to_cpp(api_->param(x_, to_c(name)));
  }
  std::string_view header(std::string_view name) const noexcept {
    return to_cpp(api_->header(x_, to_c(name)));
  }
  std::string_view body() const noexcept { return to_cpp(api_->body(x_)); }

  void respond(uint32_t status, std::string_view content_type, std::string_view body) noexcept {
    if (x_) api_->respond(std::exchange(x_, nullptr), status, to_c(content_type), to_c(body));
  }
  // `headers` includes the content type.
  void respond(uint32_t status, const std::vector<HttpHeader>& headers, std::string_view body) {
    if (!x_) return;
    std::vector<sluice_http_header> list;
    list.reserve(headers.size());
    for (const auto& h : headers) list.push_back({to_c(h.name), to_c(h.value)});
    api_->respond_with(std::exchange(x_, nullptr), status, list.data(),
                       static_cast<uint32_t>(list.size()), to_c(body));
  }

 private:
  sluice_exchange* x_;
  const sluice_http_server* api_;
};

// The routes of a component. Keep it as a member: the handlers live in it. Declare in configure or
// start; the host opens them after start and takes them away before stop. A handler runs on
// [worker], with SLUICE_ROUTE_NONBLOCKING also on [io].
class HttpRoutes {
 public:
  using Handler = std::function<void(HttpExchange)>;

  // Under /plugins/<instance>/.
  Status add(const Host& host, std::string_view method, std::string_view pattern, Handler handler) {
    return declare(host, std::move(handler),
                   [&](const sluice_http_server* api, Bound* bound, sluice_error*) {
                     return api->route(host.raw(), to_c(method), to_c(pattern), &call, bound);
                   });
  }
  // At a path that the settings name. `flags`: SLUICE_ROUTE_*.
  Status add_at(const Host& host, std::string_view method, std::string_view path, uint32_t flags,
                Handler handler) {
    return add_at(host, {method, path, flags, {}}, std::move(handler));
  }
  // As above, with what the host's OpenAPI document says of it: an operation object as JSON.
  struct Place {
    std::string_view method;
    std::string_view path;
    uint32_t flags = 0;
    std::string_view operation = {};
  };
  Status add_at(const Host& host, const Place& place, Handler handler) {
    return declare(host, std::move(handler),
                   [&](const sluice_http_server* api, Bound* bound, sluice_error* err) {
                     if (!SLUICE_HAS_FN(api, route_at)) return sluice_status{SLUICE_E_UNSUPPORTED};
                     const sluice_route route{sizeof(sluice_route), place.flags, to_c(place.method),
                                              to_c(place.path), to_c(place.operation)};
                     return api->route_at(host.raw(), &route, &call, bound, err);
                   });
  }

 private:
  struct Bound {
    const sluice_http_server* api;
    Handler handler;
  };
  template <class F>
  Status declare(const Host& host, Handler handler, F&& with) {
    const auto* api = host.find<sluice_http_server>(SLUICE_IFACE_HTTP_SERVER);
    if (!api) return {SLUICE_E_UNSUPPORTED, "this host has no HTTP server"};
    bound_.push_back(std::make_unique<Bound>(Bound{api, std::move(handler)}));
    sluice_error err = detail::make_error();
    return Status::from(with(api, bound_.back().get(), &err), err);
  }
  static void call(void* ctx, sluice_exchange* x) noexcept {
    auto* bound = static_cast<Bound*>(ctx);
    detail::guard(nullptr, [&]() -> Status {
      bound->handler(HttpExchange{x, bound->api});
      return {};
    });
  }
  std::vector<std::unique_ptr<Bound>> bound_;
};

}  // namespace sdk_v1
}  // namespace sluice
