// Connection: one client of the server, request after request.
#pragma once

#include "net/outgoing_body.hpp"
#include "net/parser.hpp"
#include "net/read_buffer.hpp"
#include "net/server_core.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::net {

// On its shard's thread only. Owned by the shard until it closes, then by what Asio still holds.
class Connection final : public std::enable_shared_from_this<Connection>, private BodySink {
 public:
  Connection(std::shared_ptr<Shard> shard, std::uint64_t id, Socket socket);

  void start();
  void deliver(Response response);     // the answer of the exchange under way
  void look_for_parts();               // of that answer: there may be more to send
  void check(Steady::time_point now);  // regularly: deadlines, and whether an idle one must go
  void close();

 private:
  enum class Phase { kGreeting, kIdle, kHead, kBody, kHandling, kWriting, kLingering, kClosed };
  enum class Then { kKeepOpen, kClose };

  void begin_message(std::chrono::milliseconds patience);
  void read();
  void on_read(std::size_t size);
  void parse();
  bool on_head();
  void judge_origin(std::string_view origin);
  bool is_preflight() const;
  std::optional<Response> judge_head();
  std::optional<Response> judge_route();
  std::optional<Response> judge_length() const;
  void invite_body();
  bool take(std::string_view piece) override;
  void on_message();
  void refuse(unsigned status, std::string_view detail);
  void answer(Response response, Then then);
  void send_on();
  void write(OutgoingBody::Step step);
  void on_written(OutgoingBody::Step step);
  void finish_answer();
  void break_off();
  void report();
  void linger();
  bool is_watched() const;
  bool has_left();
  void enter(Phase phase, std::chrono::milliseconds timeout);
  std::size_t max_body() const;

  const std::shared_ptr<Shard> shard_;
  const std::uint64_t id_;
  Wire wire_;
  ReadBuffer buffer_;
  std::string remote_address_;
  Phase phase_ = Phase::kGreeting;
  Steady::time_point deadline_ = Steady::time_point::max();
  bool is_reading_ = false;

  // Of the message under way.
  std::unique_ptr<MessageParser> parser_;
  Request request_;
  ByteCharge charge_;
  std::shared_ptr<Route> route_;
  std::optional<Response> refusal_;     // decided at the head, given once the body was read off
  std::optional<Response> body_fault_;  // why take() stopped
  Steady::time_point begun_;            // of the message's first byte, or of the wait for it
  std::string method_;
  std::string request_id_;
  std::string origin_;  // of the page that sent it from a browser, where that is admitted; or empty
  std::weak_ptr<Exchange> exchange_;  // while it is handled
  std::string head_out_;              // empty once it is out
  OutgoingBody body_out_;
  bool is_starved_ = false;     // all that was there of the answer is sent
  bool ends_by_close_ = false;  // nothing else tells the client that the answer is whole
  Then then_ = Then::kClose;
  unsigned status_ = 0;
};

}  // namespace sluice::net
