#include "fakes/server/wire.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

namespace sluice::fakes {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kHandshakePatience{10};
constexpr std::chrono::seconds kWritePatience{30};
constexpr std::chrono::milliseconds kFarewellPatience{500};

int poll_time(std::chrono::milliseconds patience) {
  return static_cast<int>(std::clamp<std::int64_t>(patience.count(), 0, INT_MAX));
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

bool Wire::accept_tls(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  SSL_set_fd(tls_.get(), socket_);
  for (;;) {
    const int done = SSL_accept(tls_.get());
    if (done == 1) return true;
    const int why = SSL_get_error(tls_.get(), done);
    const short events = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) break;
    if (!wait_for(events, kHandshakePatience)) break;
  }
  tls_.reset();
  return false;
}

Wake Wire::wait(std::chrono::milliseconds patience) const {
  if (tls_ && SSL_pending(tls_.get()) > 0) return Wake::kReadable;
  std::array<pollfd, 2> set{pollfd{socket_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
  const int ready = ::poll(set.data(), set.size(), poll_time(patience));
  if (ready > 0 && set[1].revents != 0) return Wake::kStopped;
  return ready > 0 ? Wake::kReadable : Wake::kTimeout;
}

bool Wire::wait_for(short events, std::chrono::milliseconds patience) const {
  std::array<pollfd, 2> set{pollfd{socket_, events, 0}, pollfd{stop_, POLLIN, 0}};
  return ::poll(set.data(), set.size(), poll_time(patience)) > 0 && set[1].revents == 0;
}

std::optional<std::size_t> Wire::read(std::span<char> room, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (wait(left) != Wake::kReadable) return std::nullopt;
    const auto got = tls_ ? SSL_read(tls_.get(), room.data(), static_cast<int>(room.size()))
                          : ::recv(socket_, room.data(), room.size(), 0);
    if (got > 0) return static_cast<std::size_t>(got);
    const bool is_partial_record =
        tls_ && SSL_get_error(tls_.get(), static_cast<int>(got)) == SSL_ERROR_WANT_READ;
    if (!is_partial_record) return std::nullopt;
  }
}

bool Wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = std::min(bytes.size(), std::size_t{INT_MAX});
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(part))
                           : ::send(socket_, bytes.data(), part, MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const int why = tls_ ? SSL_get_error(tls_.get(), static_cast<int>(sent)) : SSL_ERROR_NONE;
    const bool is_full = tls_ ? why == SSL_ERROR_WANT_WRITE : errno == EAGAIN;
    if (!is_full || !wait_for(POLLOUT, kWritePatience)) return false;
  }
  return true;
}

bool Wire::pause(std::chrono::milliseconds time) const {
  const auto until = Clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return true;
    std::array<pollfd, 2> set{pollfd{socket_, POLLRDHUP, 0}, pollfd{stop_, POLLIN, 0}};
    if (::poll(set.data(), set.size(), poll_time(left)) > 0) return false;
  }
}

void Wire::finish() {
  if (tls_) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
  const auto until = Clock::now() + kFarewellPatience;
  std::array<char, 4096> unread{};
  while (Clock::now() < until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (!wait_for(POLLIN, left) || ::recv(socket_, unread.data(), unread.size(), 0) <= 0) return;
  }
}

void Wire::make_close_a_reset() const {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace sluice::fakes
