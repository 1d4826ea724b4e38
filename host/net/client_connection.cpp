// The course of an exchange: resolve, connect, shake hands, write and read at once, report.
#include "net/client_connection.hpp"

#include "net/body_growth.hpp"

#include <poll.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <array>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Of an answer's head. Generous: what servers set in cookies and policies is not ours to limit.
constexpr std::size_t kMaxHead = ReadBuffer::kSize;

bool is_interim(unsigned status) { return status >= 100 && status < 200 && status != 101; }

}  // namespace

ClientConnection::ClientConnection(asio::io_context& context, Url origin, TlsContext tls)
    : resolver_(context),
      origin_(std::move(origin)),
      tls_(std::move(tls)),
      wire_(Socket(context)) {}

std::string ClientConnection::where() const {
  return (origin_.is_https ? "https://" : "http://") + origin_.authority;
}

void ClientConnection::exchange(std::shared_ptr<const OutgoingRequest> request,
                                OnOutcome on_outcome) {
  request_ = std::move(request);
  on_outcome_ = std::move(on_outcome);
  response_ = {};
  is_paused_ = false;
  has_written_ = false;
  has_received_ = false;
  broken_.reset();
  ++exchanges_;
  if (is_connected_) {
    send();
  } else {
    connect();
  }
}

void ClientConnection::abandon() {
  is_abandoned_ = true;
  is_connected_ = false;
  request_ = nullptr;
  on_outcome_ = nullptr;
  writer_.reset();
  resolver_.cancel();
  wire_.close();
}

bool ClientConnection::looks_alive() {
  pollfd state{.fd = wire_.socket().native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
  if (::poll(&state, 1, 0) == 0) return true;
  // Unasked bytes are a TLS session's tickets, or a server that has lost count.
  return origin_.is_https && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

void ClientConnection::connect() {
  error_code not_literal;
  const auto address = asio::ip::make_address(origin_.host, not_literal);
  if (!not_literal) {
    const tcp::endpoint endpoint(address, origin_.port);
    return connect_to(tcp::resolver::results_type::create(endpoint, origin_.host, ""));
  }
  resolver_.async_resolve(
      origin_.host, std::to_string(origin_.port), tcp::resolver::numeric_service,
      [self = shared_from_this()](const error_code& failure, const auto& found) {
        if (self->is_abandoned_) return;
        if (failure) {
          return self->fail(Transport::kDns, "The host of " + self->where() +
                                                 " has no address: " + failure.message() + ".");
        }
        self->connect_to(found);
      });
}

void ClientConnection::connect_to(const tcp::resolver::results_type& found) {
  asio::async_connect(wire_.socket(), found,
                      [self = shared_from_this()](const error_code& failure, const auto&) {
                        if (!self->is_abandoned_) self->on_connected(failure);
                      });
}

void ClientConnection::on_connected(const error_code& failure) {
  if (failure) {
    return fail(Transport::kRefused,
                "Connecting to " + where() + " failed: " + failure.message() + ".");
  }
  error_code ignored;  // slower without, but it works
  wire_.socket().set_option(tcp::no_delay(true), ignored);
  if (origin_.is_https) return handshake();
  is_connected_ = true;
  send();
}

void ClientConnection::handshake() {
  wire_.use_tls(*tls_);
  wire_.expect_peer(origin_.host);
  wire_.handshake(asio::ssl::stream_base::client,
                  [self = shared_from_this()](const error_code& failure) {
                    if (self->is_abandoned_) return;
                    if (failure) return self->no_handshake(failure);
                    self->is_connected_ = true;
                    self->send();
                  });
}

void ClientConnection::no_handshake(const error_code& failure) {
  Outcome outcome;
  outcome.response.transport = Transport::kTls;
  outcome.response.detail =
      "The TLS handshake with " + where() + " failed: " + failure.message() + ".";
  outcome.response.distrust = wire_.distrust();
  if (!outcome.response.distrust.empty()) {
    outcome.response.detail =
        "The certificate of " + where() + " is not trusted: " + outcome.response.distrust + ".";
  }
  finish(std::move(outcome));
}

// Reading begins at once: a server may answer, and refuse, before it has read everything.
void ClientConnection::send() {
  begin_answer();
  is_writing_ = true;
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(request_->head),
                                                   asio::buffer(request_->body)};
  const auto progress = [self = shared_from_this()](const error_code& failure,
                                                    std::size_t /*so_far*/) {
    return failure || self->is_abandoned_ ? std::size_t{0} : ReadBuffer::kSize;
  };
  wire_.write(parts, progress,
              [self = shared_from_this(), kept = request_](const error_code& /*failure*/,
                                                           std::size_t size) {
                self->is_writing_ = false;
                if (size > 0) self->has_written_ = true;
                // A failure shows on the reading side too, perhaps after an answer.
                if (!self->is_abandoned_ && self->broken_) self->settle_broken();
              });
  read();
}

void ClientConnection::begin_answer() {
  BodySink& sink = *this;
  parser_ = std::make_unique<MessageParser>(
      request_->is_head ? MessageKind::kResponseToHead : MessageKind::kResponse, kMaxHead, sink);
}

void ClientConnection::read() {
  const auto room = buffer_.room();
  wire_.read_some(asio::buffer(room.data, room.size),
                  [self = shared_from_this()](const error_code& failure, std::size_t size) {
                    if (!self->is_abandoned_) self->on_read(failure, size);
                  });
}

void ClientConnection::on_read(const error_code& failure, std::size_t size) {
  if (failure) return on_end(failure);
  has_received_ = true;
  heard_ = std::chrono::steady_clock::now();
  buffer_.add(size);
  parse();
}

void ClientConnection::parse() {
  while (!buffer_.filled().empty()) {
    const auto [state, used] = parser_->put(buffer_.filled());
    buffer_.use(used);
    const bool is_complete =
        state == ParseState::kDone || (state == ParseState::kHead && parser_->is_done());
    if (is_complete && is_interim(parser_->head().status)) {
      begin_answer();
      continue;
    }
    if (state == ParseState::kHead) begin_body();
    if (is_complete) return on_answer();
    if (state == ParseState::kStopped && writer_) {
      return fail(Transport::kCancelled, "The answer of " + where() + " is no longer wanted.");
    }
    if (state == ParseState::kStopped) {
      return fail(Transport::kTooLarge, "The answer of " + where() + " is larger than the " +
                                            std::to_string(request_->max_response) +
                                            " bytes allowed for it.");
    }
    if (state == ParseState::kHead) continue;
    if (state != ParseState::kNeedMore || buffer_.is_full()) {
      return fail(Transport::kReset, "The answer of " + where() + " is not valid HTTP.");
    }
    break;
  }
  is_paused_ = writer_ && !writer_->has_room();
  if (!is_paused_) read();
}

// Asks the receiver, if there is one, whether it takes the body.
void ClientConnection::begin_body() {
  auto& head = parser_->head();
  if (is_interim(head.status)) return;
  response_.status = head.status;
  response_.headers = std::move(head.headers);
  response_.length = parser_->content_length();
  if (!request_->receiver) return;
  if (auto writer = request_->receiver(response_)) writer_.emplace(std::move(*writer));
  if (!writer_) return;
  writer_->on_change([weak = weak_from_this(), context = wire_.socket().get_executor()] {
    asio::post(context, [weak] {
      if (const auto self = weak.lock()) self->on_receiver();
    });
  });
}

// There is room again, or nobody is left to read.
void ClientConnection::on_receiver() {
  if (!writer_) return;
  if (!writer_->has_reader()) {
    return fail(Transport::kCancelled, "The answer of " + where() + " is no longer wanted.");
  }
  if (is_paused_ && writer_->has_room()) {
    heard_ = std::chrono::steady_clock::now();
    is_paused_ = false;
    read();
  }
}

std::optional<std::chrono::steady_clock::time_point> ClientConnection::heard_last() const {
  if (!writer_) return std::nullopt;
  return is_paused_ ? std::chrono::steady_clock::now() : heard_;
}

// The server closed, or the connection broke.
void ClientConnection::on_end(const error_code& failure) {
  is_connected_ = false;
  const bool is_clean = failure == asio::error::eof;
  if (is_clean && has_received_ && parser_->has_head() && parser_->ends_with_connection() &&
      parser_->put_end() == ParseState::kDone) {
    return on_answer();
  }
  const bool is_end = is_clean || failure == asio::ssl::error::stream_truncated;
  broken_ = is_end ? "closed by the server" : failure.message();
  wire_.close();
  if (!is_writing_) settle_broken();  // else once it is known whether anything was written
}

void ClientConnection::settle_broken() {
  const bool is_stale = exchanges_ > 1 && !has_received_;
  Outcome outcome;
  outcome.may_send_again = is_stale && (request_->is_idempotent || !has_written_);
  outcome.response.transport = Transport::kReset;
  outcome.response.detail = "The connection to " + where() + " ended " +
                            (has_received_ ? "in the middle of" : "before") +
                            " the answer: " + *broken_ + ".";
  finish(std::move(outcome));
}

// A piece of the body, from the parser.
bool ClientConnection::take(std::string_view piece) {
  if (is_interim(parser_->head().status)) return true;
  if (writer_) return writer_->put(piece);
  auto& body = response_.body;
  if (piece.size() > request_->max_response - body.size()) return false;
  body.reserve(grown_capacity(body, piece.size(), parser_->content_length()));
  body.append(piece);
  return true;
}

void ClientConnection::on_answer() {
  if (writer_ && !writer_->end()) {
    return fail(Transport::kCancelled, "The answer of " + where() + " is no longer wanted.");
  }
  Outcome outcome;
  outcome.response = std::move(response_);
  outcome.can_be_reused = is_connected_ && !is_writing_ && parser_->keeps_alive() &&
                          outcome.response.status != 101 && buffer_.filled().empty();
  finish(std::move(outcome));
}

void ClientConnection::fail(Transport transport, std::string detail) {
  Outcome outcome;
  outcome.response.transport = transport;
  outcome.response.detail = std::move(detail);
  finish(std::move(outcome));
}

void ClientConnection::finish(Outcome outcome) {
  const auto on_outcome = std::exchange(on_outcome_, nullptr);
  request_ = nullptr;
  writer_.reset();
  if (!outcome.can_be_reused) abandon();
  on_outcome(std::move(outcome));
}

}  // namespace sluice::net
