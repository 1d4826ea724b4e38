// Plain sockets for tests: a client and a server that send exactly the bytes they are told to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::net::test {

constexpr std::chrono::milliseconds kPatience{10'000};  // no wait of these tests is longer

// A connected socket.
class RawSocket {
 public:
  explicit RawSocket(int descriptor) : descriptor_(descriptor) {}
  explicit RawSocket(unsigned short port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawSocket() { close(); }
  RawSocket(RawSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), pending_(std::move(other.pending_)) {}
  RawSocket& operator=(RawSocket&&) = delete;

  // False when the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // What has been received up to and including `mark`; less at the end of the connection.
  std::string read_until(std::string_view mark) {
    while (pending_.find(mark) == std::string::npos && receive()) {
    }
    const auto found = pending_.find(mark);
    return take(found == std::string::npos ? pending_.size() : found + mark.size());
  }
  std::string read_bytes(std::size_t count) {
    while (pending_.size() < count && receive()) {
    }
    return take(std::min(count, pending_.size()));
  }
  // An answer, or the end, is there to be read.
  bool is_readable() const {
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, 0) == 1;
  }
  std::string read_to_end() {
    while (receive()) {
    }
    return take(pending_.size());
  }

  // Head and body of one message with a Content-Length.
  std::string read_message() {
    std::string message = read_until("\r\n\r\n");
    const auto length = message.find("Content-Length: ");
    if (length != std::string::npos) {
      message += read_bytes(std::stoul(message.substr(length + sizeof "Content-Length: " - 1)));
    }
    return message;
  }

  // An answer in chunks, to its end.
  std::string read_to_last_chunk() { return read_until("\r\n0\r\n\r\n"); }

  // Why the last read ended: 0 for an orderly close.
  int last_error() const { return last_error_; }

  // Closes with a reset instead of a goodbye.
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  bool receive() {
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&state, 1, static_cast<int>(kPatience.count())) <= 0) {
      ADD_FAILURE() << "nothing came; so far: " << pending_.substr(0, 500);
      return false;
    }
    char bytes[65536];
    const auto size = ::recv(descriptor_, bytes, sizeof bytes, 0);
    last_error_ = size < 0 ? errno : 0;
    if (size <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = pending_.substr(0, size);
    pending_.erase(0, size);
    return taken;
  }

  int descriptor_;
  int last_error_ = 0;
  std::string pending_;
};

// A listening socket on a free port of loopback.
class RawListener {
 public:
  RawListener() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(descriptor_, 64), 0);
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~RawListener() { close(); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  unsigned short port() const { return port_; }
  std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }

  RawSocket accept() {
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&state, 1, static_cast<int>(kPatience.count())), 1) << "nobody connected";
    return RawSocket(::accept(descriptor_, nullptr, nullptr));
  }
  bool has_caller(std::chrono::milliseconds patience) {
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, static_cast<int>(patience.count())) == 1;
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
  unsigned short port_ = 0;
};

}  // namespace sluice::net::test
