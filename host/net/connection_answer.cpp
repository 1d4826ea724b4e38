// The answering half of a connection: head, body or the parts of one, and what comes after.
#include "net/connection.hpp"

#include "net/response_head.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How long a connection that we close goes on swallowing what the client had sent. Without it the
// kernel resets the connection and the client may never see our answer.
constexpr std::chrono::milliseconds kLinger{2'000};

// What pages of an admitted origin may see.
constexpr const char* kCorsExposed = "X-Request-ID, Retry-After";

}  // namespace

void Connection::answer(Response response, Then then) {
  auto& core = shard_->core();
  if (request_id_.empty()) request_id_ = core.new_request_id();
  const bool is_http_1_0 = parser_->head().is_http_1_0;
  const bool has_body = method_ != "HEAD" && !is_bodiless(response.status);
  const bool is_endless = response.stream && !response.stream->length;
  ends_by_close_ = is_endless && is_http_1_0 && has_body;
  const bool keeps_open = then == Then::kKeepOpen && parser_->is_done() && parser_->keeps_alive() &&
                          !ends_by_close_ && !core.is_draining.load(std::memory_order_relaxed);
  std::string_view connection = keeps_open ? "" : "close";
  if (keeps_open && is_http_1_0) connection = "keep-alive";
  if (!origin_.empty()) {
    response.headers.push_back({"Access-Control-Allow-Origin", origin_});
    response.headers.push_back({"Access-Control-Expose-Headers", kCorsExposed});
    response.headers.push_back({"Vary", "Origin"});
  }
  head_out_ = write_head(response,
                         {.request_id = request_id_,
                          .date = shard_->date(),
                          .connection = connection,
                          .seconds = std::chrono::duration<double>(Steady::now() - begun_).count(),
                          .is_chunked = is_endless && !is_http_1_0});
  if (!has_body) {
    body_out_ = {};
  } else if (response.stream) {
    const auto framing = is_endless && !is_http_1_0 ? OutgoingBody::Framing::kChunked
                                                    : OutgoingBody::Framing::kAsItIs;
    body_out_ = OutgoingBody(std::move(response.stream), framing,
                             [mailbox = shard_->mailbox(), id = id_] { mailbox->wake(id); });
  } else {
    body_out_ = OutgoingBody(std::move(response.body));
  }
  status_ = response.status;
  then_ = keeps_open ? Then::kKeepOpen : Then::kClose;
  send_on();
}

// Sends what there is of the answer, as soon as there is something.
void Connection::send_on() {
  const auto step = body_out_.next();
  phase_ = Phase::kWriting;
  is_starved_ = step == OutgoingBody::Step::kWait && head_out_.empty();
  if (is_starved_) {
    deadline_ = Steady::time_point::max();  // how long a part may take is its source's affair
  } else if (step == OutgoingBody::Step::kBroken && head_out_.empty()) {
    break_off();
  } else {
    write(step);
  }
}

void Connection::look_for_parts() {
  if (phase_ == Phase::kWriting && is_starved_) send_on();
}

void Connection::write(OutgoingBody::Step step) {
  enter(Phase::kWriting, shard_->core().options.body_timeout);
  const auto progress = [self = shared_from_this()](error_code failure, std::size_t /*so_far*/) {
    if (failure) return std::size_t{0};
    self->deadline_ = Steady::now() + self->shard_->core().options.body_timeout;
    return ReadBuffer::kSize;
  };
  std::array<asio::const_buffer, 4> parts = {asio::buffer(head_out_)};
  if (step != OutgoingBody::Step::kWait && step != OutgoingBody::Step::kBroken) {
    const auto body = body_out_.buffers();
    std::copy(body.begin(), body.end(), parts.begin() + 1);
  }
  wire_.write(parts, progress,
              [self = shared_from_this(), step](error_code failure, std::size_t /*size*/) {
                if (self->phase_ != Phase::kWriting) return;
                if (failure) return self->close();
                self->on_written(step);
              });
}

void Connection::on_written(OutgoingBody::Step step) {
  head_out_.clear();
  switch (step) {
    case OutgoingBody::Step::kLast:
      return finish_answer();
    case OutgoingBody::Step::kBroken:
      return break_off();
    default:
      return send_on();
  }
}

void Connection::finish_answer() {
  body_out_ = {};
  report();
  if (then_ == Then::kKeepOpen) return begin_message(shard_->core().options.idle_timeout);
  linger();
}

// The rest of the answer will not come. The connection ends without what would have marked the
// body's end: the last chunk, the bytes of the length, or an orderly close.
void Connection::break_off() {
  report();
  if (ends_by_close_) {
    error_code ignored;  // then the client is told less clearly
    wire_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  }
  close();
}

void Connection::report() {
  const auto& on_done = shard_->core().options.on_done;
  if (on_done) {
    on_done({.method = method_,
             .route = route_ ? std::string_view(route_->pattern()) : std::string_view(),
             .status = status_,
             .seconds = std::chrono::duration<double>(Steady::now() - begun_).count(),
             .request_id = request_id_,
             .remote_address = remote_address_});
  }
}

// Closes so that the client gets to read the answer.
void Connection::linger() {
  const bool is_in_step = parser_->is_done() && buffer_.filled().empty();
  buffer_.clear();
  enter(Phase::kLingering, kLinger);
  if (is_in_step && wire_.has_tls()) {
    return wire_.shut_down_tls(
        [self = shared_from_this()](error_code /*either way*/) { self->close(); });
  }
  error_code failure;
  wire_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failure);
  if (failure || is_in_step) return close();
  if (!is_reading_) read();
}

}  // namespace sluice::net
