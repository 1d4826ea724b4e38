// The client's outer side: checking requests, choosing a thread, waiting for the end.
#include "net/client.hpp"

#include "net/client_pool.hpp"
#include "net/event_loop_impl.hpp"
#include "net/tls.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;

namespace {

constexpr std::array<std::string_view, 6> kIdempotent = {"GET",    "HEAD",    "PUT",
                                                         "DELETE", "OPTIONS", "TRACE"};

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return letter > ' ' && letter < 0x7f && letter != ':';
  });
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_set_by_us(std::string_view name) {
  return equal_without_case(name, "Content-Length") || equal_without_case(name, "Connection") ||
         equal_without_case(name, "Transfer-Encoding");
}

Result<std::string> write_head(const ClientRequest& request, const Url& url) {
  if (!is_token(request.method)) {
    return Error{Fault::kInvalid, "The request's method is not a word."};
  }
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\n";
  if (find_header(request.headers, "Host") == nullptr) head += "Host: " + url.authority + "\r\n";
  for (const auto& header : request.headers) {
    if (!is_token(header.name) || has_line_break(header.value)) {
      return Error{Fault::kInvalid,
                   "A header of the request has a name or value that cannot be sent."};
    }
    if (!is_set_by_us(header.name)) head += header.name + ": " + header.value + "\r\n";
  }
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  head += "\r\n";
  return head;
}

}  // namespace

std::string_view transport_name(Transport transport) {
  switch (transport) {
    case Transport::kOk:
      return "ok";
    case Transport::kRefused:
      return "refused";
    case Transport::kTimeout:
      return "timeout";
    case Transport::kReset:
      return "reset";
    case Transport::kTls:
      return "tls";
    case Transport::kDns:
      return "dns";
    case Transport::kTooLarge:
      return "too large";
    case Transport::kCancelled:
      return "cancelled";
    case Transport::kBadUrl:
      return "bad url";
  }
  return "unknown";
}

struct Client::Impl {
  Impl(EventLoop& event_loop, std::string authorities_file)
      : loop(event_loop), authorities(std::move(authorities_file)) {}

  Result<Call> prepare(ClientRequest request);
  const Result<TlsContext>& client_tls();
  Client::Done counted(Client::Done done);

  EventLoop& loop;
  const std::string authorities;
  std::once_flag tls_once;
  std::optional<Result<TlsContext>> tls;           // see client_tls
  std::vector<std::shared_ptr<ClientPool>> pools;  // one per loop thread; not empty
  std::atomic<std::uint64_t> requests = 0;

  std::condition_variable none_open;
  std::mutex mutex;      // guards open
  std::size_t open = 0;  // requests whose done has not returned
};

// Made for the first https: the system's authorities take 2 MiB, which most pipelines never need.
const Result<TlsContext>& Client::Impl::client_tls() {
  std::call_once(tls_once, [this] { tls.emplace(make_client_tls(authorities)); });
  return *tls;
}

// Checks everything that can be checked before there is a connection.
Result<Call> Client::Impl::prepare(ClientRequest request) {
  auto url = parse_url(request.url);
  if (!url) return std::move(url).error();
  TlsContext tls_of_call;
  if (url->is_https) {
    const auto& made = client_tls();
    if (!made) return made.error();
    tls_of_call = *made;
  }
  auto head = write_head(request, *url);
  if (!head) return std::move(head).error();
  const auto outgoing = std::make_shared<OutgoingRequest>();
  outgoing->head = std::move(*head);
  outgoing->body = std::move(request.body);
  outgoing->is_head = request.method == "HEAD";
  outgoing->is_idempotent =
      std::find(kIdempotent.begin(), kIdempotent.end(), request.method) != kIdempotent.end();
  outgoing->max_response = request.max_response;
  outgoing->receiver = std::move(request.receiver);
  Call call;
  call.origin = (url->is_https ? "https://" : "http://") + url->authority;
  call.url = std::move(*url);
  call.tls = std::move(tls_of_call);
  call.request = outgoing;
  call.timeout = request.timeout;
  call.deadline = std::chrono::steady_clock::now() + request.timeout;
  return call;
}

// `done`, and then one open request less.
Client::Done Client::Impl::counted(Client::Done done) {
  {
    const std::scoped_lock lock(mutex);
    ++open;
  }
  return [this, done = std::move(done)](ClientResponse response) {
    done(std::move(response));
    const std::scoped_lock lock(mutex);
    --open;
    none_open.notify_all();  // under the lock: the client may go as soon as it is released
  };
}

Client::Client(EventLoop& loop, ClientOptions options)
    : impl_(std::make_unique<Impl>(loop, options.authorities)) {
  for (const auto& thread : loop.impl().threads) {
    impl_->pools.push_back(std::make_shared<ClientPool>(thread->context, options));
  }
}

Client::~Client() {
  for (const auto& pool : impl_->pools) {
    asio::post(pool->context(), [pool] { pool->close_all(); });
  }
  std::unique_lock lock(impl_->mutex);
  impl_->none_open.wait(lock, [&] { return impl_->open == 0; });
}

RequestId Client::send(ClientRequest request, Done done) {
  auto call = impl_->prepare(std::move(request));
  const auto& pools = impl_->pools;
  // An origin is always on the same thread, so that its connections are in one place; an id tells
  // the thread as its remainder.
  const std::size_t place = call ? std::hash<std::string>()(call->origin) % pools.size() : 0;
  const std::uint64_t count = impl_->requests.fetch_add(1, std::memory_order_relaxed) + 1;
  const RequestId id = count * pools.size() + place;
  auto counted = impl_->counted(std::move(done));
  const auto& pool = pools[place];
  if (!call) {
    ClientResponse bad;
    const bool is_request = call.error().fault == Fault::kInvalid;
    bad.transport = is_request ? Transport::kBadUrl : Transport::kTls;
    bad.detail = call.error().message;
    asio::post(pool->context(), [counted = std::move(counted), bad = std::move(bad)]() mutable {
      counted(std::move(bad));
    });
    return id;
  }
  call->id = id;
  call->done = std::move(counted);
  asio::post(pool->context(),
             [pool, call = std::move(*call)]() mutable { pool->begin(std::move(call)); });
  return id;
}

void Client::cancel(RequestId id) {
  const auto& pool = impl_->pools[id % impl_->pools.size()];
  asio::post(pool->context(), [pool, id] { pool->cancel(id); });
}

ClientResponse Client::fetch(ClientRequest request) {
  assert(!impl_->loop.on_loop_thread());  // it would wait for itself
  std::promise<ClientResponse> answer;
  send(std::move(request),
       [&answer](ClientResponse response) { answer.set_value(std::move(response)); });
  return answer.get_future().get();
}

}  // namespace sluice::net
