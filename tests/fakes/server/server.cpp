#include "fakes/server/server.hpp"

#include "fakes/server/certificate.hpp"
#include "fakes/server/connection.hpp"
#include "fakes/server/wire.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <list>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr int kBacklog = 512;

[[noreturn]] void give_up(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor listen_at(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;  // a restart takes the port although old connections still linger
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("bind to a port of 127.0.0.1");
  }
  if (::listen(socket.number(), kBacklog) != 0) give_up("listen");
  return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Connections that there are keep theirs.
void use(SSL_CTX* context, const Certificate& certificate) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.certificate_file().c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, certificate.key_file().c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("The test certificate cannot be used.");
  }
}

TlsContext tls_with(const Certificate& certificate) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  use(context.get(), certificate);
  return context;
}

// For the calling thread: a write to a client that has gone is an error, not a signal.
void block_broken_pipes() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

struct Connection {
  explicit Connection(int number) : socket(number) {}
  Descriptor socket;  // closed under the server's mutex
  Leave leave;
  bool is_done = false;  // the thread is leaving; guarded by the server's mutex
  std::thread thread;
};

}  // namespace

struct HttpServer::Impl {
  Impl(Handler handler, const ServerOptions& options);

  void start();
  void stop();
  void accept_all();
  void take(int socket);
  void run(Connection& connection);
  void reap();

  std::unique_ptr<Certificate> certificate;  // null: plain
  Shared shared;
  std::uint16_t port;

  std::mutex life;  // held through start and stop; guards the next three
  Descriptor listener{-1};
  Descriptor stop_event{-1};  // readable from stop on
  std::thread acceptor;       // reads the two above while it runs

  std::mutex mutex;  // guards `connections` and the closing of their sockets
  std::list<Connection> connections;
};

HttpServer::Impl::Impl(Handler handler, const ServerOptions& options)
    : certificate(options.security == Security::kTls
                      ? std::make_unique<Certificate>(options.certificate_for)
                      : nullptr),
      shared{.handler = std::move(handler),
             .options = options,
             .tls = certificate ? tls_with(*certificate) : TlsContext(nullptr, &SSL_CTX_free),
             .script = {},
             .ledger = Ledger(options.keep_requests),
             .idle_timeout = options.idle_timeout},
      port(options.port) {}

void HttpServer::Impl::start() {
  const std::scoped_lock lock(life);
  if (acceptor.joinable()) return;
  listener = listen_at(port);
  port = port_of(listener);
  stop_event = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (stop_event.number() < 0) give_up("make an event");
  acceptor = std::thread([this] { accept_all(); });
}

void HttpServer::Impl::stop() {
  const std::scoped_lock lock(life);
  if (!acceptor.joinable()) return;
  ::eventfd_write(stop_event.number(), 1);  // ends every wait, here and in the connections
  acceptor.join();
  listener.close();
  std::list<Connection> last;
  {
    const std::scoped_lock closing(mutex);
    // One that is writing to a client that does not read.
    for (Connection& c : connections) {
      if (c.socket.number() >= 0) ::shutdown(c.socket.number(), SHUT_RDWR);
    }
    last.swap(connections);
  }
  for (Connection& c : last) c.thread.join();
}

void HttpServer::Impl::accept_all() {
  for (;;) {
    std::array<pollfd, 2> set{pollfd{listener.number(), POLLIN, 0},
                              pollfd{stop_event.number(), POLLIN, 0}};
    ::poll(set.data(), set.size(), -1);
    if (set[1].revents != 0) return;
    const int socket = ::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) take(socket);
    reap();
  }
}

void HttpServer::Impl::take(int socket) {
  const int yes = 1;  // an answer is one write: nothing to wait for
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const std::scoped_lock lock(mutex);
  Connection& connection = connections.emplace_back(socket);
  shared.ledger.change([](Counters& c) { ++c.connections, ++c.open; });
  connection.thread = std::thread([this, &connection] { run(connection); });
}

void HttpServer::Impl::run(Connection& connection) {
  block_broken_pipes();
  {
    Wire wire(connection.socket.number(), stop_event.number());
    serve(wire, shared, connection.leave);
  }
  shared.ledger.change([](Counters& c) { --c.open; });
  const std::scoped_lock lock(mutex);
  connection.socket.close();
  connection.is_done = true;
}

void HttpServer::Impl::reap() {
  std::list<Connection> done;
  {
    const std::scoped_lock lock(mutex);
    for (auto c = connections.begin(); c != connections.end();) {
      const auto next = std::next(c);
      if (c->is_done) done.splice(done.end(), connections, c);
      c = next;
    }
  }
  for (Connection& c : done) c.thread.join();
}

HttpServer::HttpServer(Handler handler, const ServerOptions& options)
    : impl_(std::make_unique<Impl>(std::move(handler), options)) {
  impl_->start();
}

HttpServer::~HttpServer() { impl_->stop(); }

std::uint16_t HttpServer::port() const { return impl_->port; }

std::string HttpServer::url() const {
  return (impl_->certificate ? "https://127.0.0.1:" : "http://127.0.0.1:") +
         std::to_string(impl_->port);
}

std::string HttpServer::certificate_file() const {
  return impl_->certificate ? impl_->certificate->certificate_file() : std::string{};
}

void HttpServer::present(const Certificate& certificate) {
  impl_->stop();
  use(impl_->shared.tls.get(), certificate);
  impl_->start();
}

void HttpServer::fail(Failure failure) { impl_->shared.script.add(std::move(failure)); }

void HttpServer::fail_next(std::uint64_t times, Answer answer) {
  fail({.answer = std::move(answer), .times = times});
}

void HttpServer::clear_failures() { impl_->shared.script.clear(); }

void HttpServer::set_idle_timeout(std::chrono::milliseconds timeout) {
  impl_->shared.idle_timeout = timeout;
}

void HttpServer::close_idle() {
  const std::scoped_lock lock(impl_->mutex);
  for (Connection& c : impl_->connections) {
    c.leave.is_wanted = true;
    if (c.leave.is_idle && c.socket.number() >= 0) ::shutdown(c.socket.number(), SHUT_RDWR);
  }
}

void HttpServer::stop() { impl_->stop(); }
void HttpServer::start() { impl_->start(); }

Counters HttpServer::counters() const { return impl_->shared.ledger.counters(); }
void HttpServer::reset_counters() { impl_->shared.ledger.reset(); }
std::vector<Request> HttpServer::requests() const { return impl_->shared.ledger.requests(); }

}  // namespace sluice::fakes
