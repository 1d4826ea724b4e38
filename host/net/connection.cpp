// The course of a connection: read a head, judge it, read the body, hand it on.
#include "net/connection.hpp"

#include "net/body_growth.hpp"
#include "net/target.hpp"

#include <poll.h>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// A refused request's body up to this size is read off, so that its sender can go on using the
// connection; a bigger one costs it the connection. A handler on the loop's thread that takes its
// time with the body gets no bigger one.
constexpr std::uint64_t kShortBody = ReadBuffer::kSize;

// How long a connection may be idle on a server that is full before it makes room for another.
constexpr std::chrono::milliseconds kGrace{1'000};

// What pages of an admitted origin may send, and for how many seconds a browser need not
// ask again.
constexpr const char* kCorsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr const char* kCorsHeaders = "Authorization, Content-Type, X-Request-ID";
constexpr const char* kCorsMaxAge = "600";

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Response too_large(std::size_t limit) {
  return error_response(413, "The request's body is larger than the " + std::to_string(limit) +
                                 " bytes allowed here; send it in smaller parts.");
}

Response no_room() {
  Response response = error_response(
      503, "The server is holding as many request bodies as it may; try again shortly.");
  response.headers.push_back({"Retry-After", "1"});  // seconds; bodies come and go faster
  return response;
}

std::size_t count_headers(const std::vector<Header>& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const Header& header) { return equal_without_case(header.name, name); }));
}

}  // namespace

Connection::Connection(std::shared_ptr<Shard> shard, std::uint64_t id, Socket socket)
    : shard_(std::move(shard)), id_(id), wire_(std::move(socket)) {}

void Connection::start() {
  error_code failure;
  const auto peer = wire_.socket().remote_endpoint(failure);
  if (failure) return close();  // gone already
  remote_address_ = peer.address().to_string();
  wire_.socket().set_option(asio::ip::tcp::no_delay(true), failure);  // answers are whole writes
  auto& core = shard_->core();
  const auto tls = core.tls.load();
  if (!tls) return begin_message(core.options.header_timeout);
  wire_.use_tls(*tls->context);  // OpenSSL keeps what a connection uses, also when it is renewed
  enter(Phase::kGreeting, core.options.header_timeout);
  wire_.handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code error) {
    if (self->phase_ != Phase::kGreeting) return;
    if (error) return self->close();
    self->begin_message(self->shard_->core().options.header_timeout);
  });
}

void Connection::enter(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  deadline_ = Steady::now() + timeout;
}

// `patience` is for the first byte: a client that has just connected is expected to have something
// to ask, one that has got an answer may take its time.
void Connection::begin_message(std::chrono::milliseconds patience) {
  const auto& options = shard_->core().options;
  BodySink& sink = *this;
  parser_ = std::make_unique<MessageParser>(MessageKind::kRequest, options.max_header, sink);
  request_ = {};
  charge_ = ByteCharge(shard_->core().budget);
  route_ = nullptr;
  refusal_.reset();
  body_fault_.reset();
  method_.clear();
  request_id_.clear();
  origin_.clear();
  enter(Phase::kIdle, patience);
  begun_ = Steady::now();
  parse();
}

void Connection::read() {
  is_reading_ = true;
  const auto room = buffer_.room();
  wire_.read_some(asio::buffer(room.data, room.size),
                  [self = shared_from_this()](error_code failure, std::size_t size) {
                    self->is_reading_ = false;
                    if (self->phase_ == Phase::kClosed) return;
                    if (failure && self->phase_ != Phase::kWriting) return self->close();
                    if (!failure) self->on_read(size);
                  });
}

void Connection::on_read(std::size_t size) {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody:
      buffer_.add(size);
      return parse();
    case Phase::kLingering:
      return read();  // what comes now is dropped
    default:
      return;  // an answer is being written over an unfinished request; linger() reads on
  }
}

void Connection::parse() {
  for (;;) {
    if (buffer_.filled().empty()) return read();
    if (phase_ == Phase::kIdle) {
      enter(Phase::kHead, shard_->core().options.header_timeout);
      begun_ = Steady::now();
    }
    const auto [state, used] = parser_->put(buffer_.filled());
    buffer_.use(used);
    switch (state) {
      case ParseState::kNeedMore:
        if (buffer_.is_full()) {
          return refuse(400, "A part of the request's body is not valid chunked encoding.");
        }
        return read();
      case ParseState::kHead:
        if (!on_head()) return;
        break;
      case ParseState::kDone:
        return on_message();
      case ParseState::kHeadTooBig:
        return refuse(431, "The request's headers are larger than the " +
                               std::to_string(shard_->core().options.max_header) +
                               " bytes allowed; send fewer or shorter ones.");
      case ParseState::kMalformed:
        return refuse(400, "The request is not valid HTTP/1.1.");
      case ParseState::kStopped:
        return answer(std::move(*body_fault_), Then::kClose);
    }
  }
}

// False when parsing does not go on from here.
bool Connection::on_head() {
  auto& head = parser_->head();
  method_ = head.method;
  request_.method = std::move(head.method);
  request_.target = std::move(head.target);
  request_.headers = std::move(head.headers);
  request_.remote_address = remote_address_;
  const auto given = request_.header("X-Request-ID");
  request_id_ =
      given && is_request_id(*given) ? std::string(*given) : shard_->core().new_request_id();
  request_.request_id = request_id_;

  if (const auto origin = request_.header("Origin")) judge_origin(*origin);

  refusal_ = judge_head();
  const auto expect = request_.header("Expect");
  if (!refusal_ && expect && !equal_without_case(*expect, "100-continue")) {
    refusal_ = error_response(417, "The server knows no expectation but 100-continue.");
  }
  if (parser_->is_done()) {
    on_message();
    return false;
  }
  const auto length = parser_->content_length();
  if (refusal_ && (expect || !length || *length > kShortBody)) {
    answer(std::move(*refusal_), Then::kClose);
    return false;
  }
  enter(Phase::kBody, shard_->core().options.body_timeout);
  if (expect && !refusal_ && buffer_.filled().empty()) {
    invite_body();
    return false;
  }
  return true;
}

void Connection::judge_origin(std::string_view origin) {
  const auto& admits = shard_->core().options.admits_origin;
  const bool is_plain =
      std::all_of(origin.begin(), origin.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (admits && is_plain && admits(origin)) origin_ = origin;
}

// A browser asks before it sends what a form could not: the answer is the same for every path.
bool Connection::is_preflight() const {
  return !origin_.empty() && request_.method == "OPTIONS" &&
         request_.header("Access-Control-Request-Method");
}

// Why the request is refused before its body is read, if it is.
std::optional<Response> Connection::judge_head() {
  if (!parser_->head().is_http_1_0 && count_headers(request_.headers, "Host") != 1) {
    return error_response(400, "An HTTP/1.1 request needs exactly one Host header.");
  }
  if (const auto encoding = request_.header("Transfer-Encoding");
      encoding && !equal_without_case(*encoding, "chunked")) {
    return error_response(501, "The server knows no transfer encoding but chunked.");
  }
  auto target = parse_target(request_.target);
  if (!target) return error_response(400, target.error().message);
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
  request_.segments = std::move(target->segments);
  if (auto refusal = judge_route()) return refusal;
  return judge_length();
}

std::optional<Response> Connection::judge_route() {
  if (is_preflight()) {
    return Response{.status = 204,
                    .headers = {{"Access-Control-Allow-Methods", kCorsMethods},
                                {"Access-Control-Allow-Headers", kCorsHeaders},
                                {"Access-Control-Max-Age", kCorsMaxAge}}};
  }
  const ServerOptions& options = shard_->core().options;
  auto match = shard_->core().router.match(request_.method, request_.segments);
  if (options.hold_off) {
    if (auto refusal = options.hold_off(match.route ? &match.route->options() : nullptr))
      return refusal;
  }
  if (!match.route && match.allow.empty()) {
    return error_response(404, "There is nothing at this path.");
  }
  if (!match.route) {
    Response refusal = error_response(405, "This path does not take the method; see Allow.");
    refusal.headers.push_back({"Allow", match.allow});
    return refusal;
  }
  route_ = std::move(match.route);
  request_.params = std::move(match.params);
  return options.admit ? options.admit(request_, route_->options()) : std::nullopt;
}

std::optional<Response> Connection::judge_length() const {
  const auto length = parser_->content_length();
  if (length && *length > max_body()) return too_large(max_body());
  return std::nullopt;
}

std::size_t Connection::max_body() const {
  const std::size_t own = route_->options().max_body;
  return own > 0 ? own : shard_->core().options.max_body;
}

// Answers "Expect: 100-continue".
void Connection::invite_body() {
  wire_.write(asio::buffer(kContinue), asio::transfer_all(),
              [self = shared_from_this()](error_code failure, std::size_t /*size*/) {
                if (self->phase_ != Phase::kBody) return;
                if (failure) return self->close();
                self->parse();
              });
}

// A piece of the body, from the parser.
bool Connection::take(std::string_view piece) {
  if (refusal_) return true;  // read off and dropped
  const std::size_t limit = max_body();
  if (piece.size() > limit - request_.body.size()) {
    body_fault_ = too_large(limit);
    return false;
  }
  const std::size_t capacity =
      grown_capacity(request_.body, piece.size(), parser_->content_length());
  if (!charge_.raise_to(capacity)) {
    body_fault_ = no_room();
    return false;
  }
  request_.body.reserve(capacity);
  request_.body.append(piece);
  return true;
}

void Connection::on_message() {
  if (refusal_) return answer(std::move(*refusal_), Then::kKeepOpen);
  phase_ = Phase::kHandling;
  deadline_ = Steady::time_point::max();  // how long a handler may take is the host's affair
  auto exchange = std::make_shared<Exchange>(
      std::move(request_),
      [mailbox = shard_->mailbox(), id = id_](Response response) {
        mailbox->deliver(id, std::move(response));
      },
      std::move(charge_));
  exchange_ = exchange;
  const RunsOn runs_on = route_->options().runs_on;
  const bool is_small = exchange->request().body.size() <= kShortBody;
  if (runs_on == RunsOn::kIo || (runs_on == RunsOn::kIoWhenSmall && is_small)) {
    return route_->run(exchange);
  }
  shard_->core().workers.post(
      [route = route_, exchange = std::move(exchange)] { route->run(exchange); });
}

void Connection::deliver(Response response) {
  if (phase_ != Phase::kHandling) return;
  exchange_.reset();
  if (response.status < 200 || response.status > 599) {
    response = error_response(500, "The server's answer had no valid status; its log says why.");
  }
  answer(std::move(response), Then::kKeepOpen);
}

void Connection::refuse(unsigned status, std::string_view detail) {
  answer(error_response(status, detail), Then::kClose);
}

void Connection::check(Steady::time_point now) {
  auto& core = shard_->core();
  if (phase_ == Phase::kIdle) {
    const bool is_full =
        core.open_connections.load(std::memory_order_relaxed) >= core.options.max_connections;
    if (core.is_draining.load(std::memory_order_relaxed) || (is_full && now - begun_ > kGrace)) {
      return close();
    }
  }
  const bool is_mute =
      (phase_ == Phase::kHandling && is_watched()) || (phase_ == Phase::kWriting && is_starved_);
  if (is_mute && has_left()) return close();
  if (now < deadline_) return;
  // Not reading in one of these: even "100 Continue" cannot be written, so neither can a 408.
  if ((phase_ == Phase::kHead || phase_ == Phase::kBody) && is_reading_) {
    return refuse(408, "The request did not arrive in time; send it faster or in smaller parts.");
  }
  close();
}

bool Connection::is_watched() const {
  const auto exchange = exchange_.lock();
  return exchange && exchange->is_watched();
}

// Whether the client has closed its side. Looked at while nothing is written, which would show it.
bool Connection::has_left() {
  pollfd state{.fd = wire_.socket().native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) > 0;
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  wire_.close();
  body_out_.drop();
  shard_->forget(id_);
  if (const auto exchange = exchange_.lock()) exchange->tell_gone();
}

}  // namespace sluice::net
