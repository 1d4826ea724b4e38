// Wire: a TCP socket that may speak TLS. For the .cpp files of this folder, since it brings in
// Asio.
#pragma once

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>

namespace sluice::net {

// The loop's own executor type, not the type-erased one: it saves an allocation per operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// On its loop thread only. Handlers are Asio's and keep the owner alive themselves.
class Wire {
 public:
  explicit Wire(Socket socket) : socket_(std::move(socket)) {}

  Socket& socket() { return socket_; }
  bool has_tls() const { return tls_ != nullptr; }

  // Before the handshake. `context` outlives the wire.
  void use_tls(boost::asio::ssl::context& context) {
    tls_ = std::make_unique<Tls>(socket_, context);
  }

  // Before a client's handshake: what the certificate must be for.
  void expect_peer(const std::string& host) {
    boost::system::error_code not_address;
    boost::asio::ip::make_address(host, not_address);
    // Addresses are not sent as server names (RFC 6066). Without the name, servers of several hosts
    // show the wrong certificate and verification says so.
    // What the macro SSL_set_tlsext_host_name does; OpenSSL copies the name.
    if (not_address) {
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host.c_str()));
    }
    boost::system::error_code never;  // it only stores the callback
    tls_->set_verify_callback(boost::asio::ssl::host_name_verification(host), never);
  }

  template <class Handler>
  void handshake(boost::asio::ssl::stream_base::handshake_type side, Handler&& handler) {
    tls_->async_handshake(side, std::forward<Handler>(handler));
  }

  // After a handshake that failed: what is wrong with the certificate of the other side, if it is
  // that.
  std::string distrust() const {
    const long verdict = SSL_get_verify_result(tls_->native_handle());
    return verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
  }

  template <class Handler>
  void read_some(boost::asio::mutable_buffer room, Handler&& handler) {
    if (tls_) {
      tls_->async_read_some(room, std::forward<Handler>(handler));
    } else {
      socket_.async_read_some(room, std::forward<Handler>(handler));
    }
  }

  // Writes all; `progress` is called with (failure, bytes so far) after each part, and says how
  // much the next may be.
  template <class Buffers, class Progress, class Handler>
  void write(const Buffers& buffers, Progress progress, Handler&& handler) {
    if (tls_) {
      boost::asio::async_write(*tls_, buffers, progress, std::forward<Handler>(handler));
    } else {
      boost::asio::async_write(socket_, buffers, progress, std::forward<Handler>(handler));
    }
  }

  // Says goodbye in TLS and waits for the other side's.
  template <class Handler>
  void shut_down_tls(Handler&& handler) {
    tls_->async_shutdown(std::forward<Handler>(handler));
  }

  void close() {
    boost::system::error_code ignored;  // nothing to be done about a socket that will not close
    socket_.close(ignored);
  }

 private:
  using Tls = boost::asio::ssl::stream<Socket&>;

  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace sluice::net
