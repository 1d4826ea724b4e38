// Wire: a connected socket, plain or TLS, whose every wait also ends when the server stops.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::fakes {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int number() const { return number_; }
  void close();

 private:
  int number_;
};

// What ended a wait.
enum class Wake { kReadable, kTimeout, kStopped };

// One thread. SIGPIPE must be blocked in it: OpenSSL writes without MSG_NOSIGNAL.
class Wire {
 public:
  // `stop` is a descriptor that becomes readable when waiting shall end. Both outlive the wire.
  Wire(int socket, int stop) : socket_(socket), stop_(stop) {}

  bool accept_tls(SSL_CTX* context);  // false: the client did not want what we have

  // Readable also means that the client has closed.
  Wake wait(std::chrono::milliseconds patience) const;
  // Bytes received; nothing at the end of the connection, at a failure and on stop.
  std::optional<std::size_t> read(std::span<char> room, std::chrono::milliseconds patience);
  bool write(std::string_view bytes);
  // False when the client has closed or the server stops before `time` is over.
  bool pause(std::chrono::milliseconds time) const;
  // Says that nothing more will come and waits a little for the client to close, so that bytes it
  // is still sending do not turn the close into a reset.
  void finish();
  // The next close of the socket is a reset.
  void make_close_a_reset() const;

 private:
  bool wait_for(short events, std::chrono::milliseconds patience) const;

  using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;
  int socket_;
  int stop_;
  Tls tls_{nullptr, &SSL_free};
};

}  // namespace sluice::fakes
