#include "fakes/firecrawl/post.hpp"

#include "fakes/firecrawl/site.hpp"
#include "fakes/server/wire.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <charconv>
#include <memory>
#include <string_view>

namespace sluice::fakes {
namespace {

// Connected, with the time limit on each of its calls; -1 when there is nobody.
Descriptor connect_to(const std::string& host, const std::string& port,
                      std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return Descriptor(-1);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Descriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (socket.number() < 0) continue;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket.number(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return Descriptor(-1);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string receive_all(int socket) {
  std::string all;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = ::recv(socket, part.data(), part.size(), 0);
    if (got <= 0) return all;
    all.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

unsigned post(const std::string& url, const std::vector<Header>& headers, const std::string& body,
              std::chrono::milliseconds timeout) {
  constexpr std::string_view kScheme = "http://";
  const std::string authority = host_of(url);
  if (!url.starts_with(kScheme) || authority.empty()) return 0;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos;
  const Descriptor socket = connect_to(authority.substr(0, colon),
                                       has_port ? authority.substr(colon + 1) : "80", timeout);
  if (socket.number() < 0) return 0;
  const std::string target = url.substr(kScheme.size() + authority.size());
  std::string head = "POST " + (target.starts_with('/') ? target : "/" + target) +
                     " HTTP/1.1\r\nHost: " + authority +
                     "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size());
  for (const Header& header : headers) head += "\r\n" + header.name + ": " + header.value;
  if (!send_all(socket.number(), head + "\r\n\r\n") || !send_all(socket.number(), body)) return 0;
  const std::string answer = receive_all(socket.number());
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  unsigned status = 0;
  if (answer.starts_with(kVersion) && answer.size() > kVersion.size() + 3) {
    const char* digits = answer.data() + kVersion.size();
    std::from_chars(digits, digits + 3, status);
  }
  return status;
}

}  // namespace sluice::fakes
