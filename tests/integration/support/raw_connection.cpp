// A blocking socket with poll in front of every read.
#include "support/raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace sluice::testing {

RawConnection::RawConnection(unsigned short port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 ||
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (socket_ >= 0) ::close(socket_);
    throw std::runtime_error("no connection to port " + std::to_string(port));
  }
}

RawConnection::~RawConnection() { ::close(socket_); }

bool RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawConnection::finish() const { ::shutdown(socket_, SHUT_WR); }

std::string RawConnection::receive_all(milliseconds timeout) const {
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  std::string all;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(give_up - std::chrono::steady_clock::now());
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<int64_t>(0, left.count()))) <= 0) return all;
    std::array<char, 4096> part{};
    const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) return all;
    all.append(part.data(), static_cast<std::size_t>(got));
  }
}

std::string exchange(unsigned short port, std::string_view bytes, milliseconds timeout) {
  const RawConnection connection(port);
  connection.send(bytes);
  connection.finish();
  return connection.receive_all(timeout);
}

unsigned status_of(std::string_view response) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  unsigned status = 0;
  if (response.starts_with(kVersion)) {
    const auto digits = response.substr(kVersion.size(), 3);
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
  }
  return status;
}

}  // namespace sluice::testing
