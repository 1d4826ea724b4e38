// ClientConnection: one connection to an origin, and the exchange that is on it.
#pragma once

#include "net/client.hpp"
#include "net/parser.hpp"
#include "net/read_buffer.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"
#include "net/wire.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::net {

// What came of an exchange on a connection.
struct Outcome {
  ClientResponse response;
  bool can_be_reused = false;   // the connection, for the next request
  bool may_send_again = false;  // the connection was stale, and the request is safe to repeat
};

// One request as the connection sends it. Shared by the call, which may send it again, and by the
// write that Asio still holds when the call is over.
struct OutgoingRequest {
  std::string head;  // request line and headers, up to the empty line
  std::string body;
  bool is_head = false;  // a HEAD request: its answer has no body
  bool is_idempotent = false;
  std::size_t max_response = 0;
  Receiver receiver;  // may be none
};

// On its loop thread only. Shared between the pool and what Asio still holds.
class ClientConnection final : public std::enable_shared_from_this<ClientConnection>,
                               private BodySink {
 public:
  using OnOutcome = std::function<void(Outcome)>;

  // `tls` is for https.
  ClientConnection(boost::asio::io_context& context, Url origin, TlsContext tls);

  // Sends `request`, connecting first where that is needed. One at a time.
  void exchange(std::shared_ptr<const OutgoingRequest> request, OnOutcome on_outcome);

  // Closes; the outcome of the exchange under way is dropped.
  void abandon();

  // While a receiver takes the body: when something of it came last, or now when there is no room
  // for more.
  std::optional<std::chrono::steady_clock::time_point> heard_last() const;

  // Whether an idle connection still looks good.
  bool looks_alive();

 private:
  void connect();
  void connect_to(const boost::asio::ip::tcp::resolver::results_type& found);
  void on_connected(const boost::system::error_code& failure);
  void handshake();
  void no_handshake(const boost::system::error_code& failure);
  void send();
  void begin_answer();
  void read();
  void on_read(const boost::system::error_code& failure, std::size_t size);
  void parse();
  void on_end(const boost::system::error_code& failure);
  void settle_broken();
  bool take(std::string_view piece) override;
  void begin_body();
  void on_receiver();
  void on_answer();
  void fail(Transport transport, std::string detail);
  void finish(Outcome outcome);
  std::string where() const;

  boost::asio::ip::tcp::resolver resolver_;
  const Url origin_;
  const TlsContext tls_;
  Wire wire_;
  ReadBuffer buffer_;
  bool is_connected_ = false;
  bool is_abandoned_ = false;
  unsigned exchanges_ = 0;  // begun on this connection

  // Of the exchange under way.
  std::shared_ptr<const OutgoingRequest> request_;
  OnOutcome on_outcome_;
  std::unique_ptr<MessageParser> parser_;
  ClientResponse response_;
  std::optional<BodyWriter> writer_;  // of a receiver that takes the body
  std::chrono::steady_clock::time_point heard_;
  bool is_paused_ = false;  // until the writer has room
  bool is_writing_ = false;
  bool has_written_ = false;           // anything at all
  bool has_received_ = false;          // anything at all
  std::optional<std::string> broken_;  // why, once it is
};

}  // namespace sluice::net
