// Listening, spreading connections over the loop's threads, and stopping.
#include "net/server.hpp"

#include "net/event_loop_impl.hpp"
#include "net/server_core.hpp"
#include "net/tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <charconv>
#include <future>
#include <thread>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How long to wait before accepting again when the process has no descriptor to spare.
constexpr std::chrono::milliseconds kAcceptPause{100};

// How often stop() looks whether the last connection has gone.
constexpr std::chrono::milliseconds kDrainLook{5};

Error bad_address(const std::string& listen, const std::string& why) {
  return {Fault::kConfig, "The server cannot listen on \"" + listen + "\": " + why +
                              ". Give host:port, such as 127.0.0.1:8080 or [::1]:8080."};
}

// A name stands for its IPv4 address if it has one: that is where clients look for "localhost".
Result<tcp::endpoint> endpoint_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return bad_address(listen, "it has no port");
  std::string host = listen.substr(0, colon);
  const char* const first = listen.data() + colon + 1;
  const char* const last = listen.data() + listen.size();
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(first, last, port);
  if (problem != std::errc() || end != last) {
    return bad_address(listen, "the port is not a number from 0 to 65535");
  }
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  error_code failure;
  const auto address = asio::ip::make_address(host, failure);
  if (!failure) return tcp::endpoint(address, port);
  asio::io_context context;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, "", tcp::resolver::passive, failure);
  if (failure || found.empty()) return bad_address(listen, "the host is not known");
  for (const auto& entry : found) {
    if (entry.endpoint().address().is_v4()) return tcp::endpoint(entry.endpoint().address(), port);
  }
  return tcp::endpoint(found.begin()->endpoint().address(), port);
}

}  // namespace

struct Server::Impl {
  Impl(EventLoop& event_loop, ServerOptions options, Router& router, WorkerPool& workers)
      : loop(event_loop), core(std::make_shared<ServerCore>(std::move(options), router, workers)) {}

  // Takes connections on one thread of the loop and hands them out. Shared with its own waits.
  struct Acceptor : std::enable_shared_from_this<Acceptor> {
    Acceptor(asio::io_context& context, std::shared_ptr<ServerCore> shared)
        : listener(context), pause(context), core(std::move(shared)) {}

    void accept();
    void on_accept(const error_code& failure, Socket socket, Shard& shard);
    void resume();
    void close();

    asio::basic_socket_acceptor<tcp, asio::io_context::executor_type> listener;
    asio::steady_timer pause;
    const std::shared_ptr<ServerCore> core;
    std::vector<std::shared_ptr<Shard>> shards;
    std::size_t next = 0;
    bool is_waiting_for_room = false;
  };

  Result<void> listen(const tcp::endpoint& endpoint);

  EventLoop& loop;
  const std::shared_ptr<ServerCore> core;
  std::vector<std::shared_ptr<Shard>> shards;
  std::vector<std::shared_ptr<Mailbox>> mailboxes;  // of the shards
  std::shared_ptr<Acceptor> acceptor;
  bool is_stopped = false;
};

void Server::Impl::Acceptor::accept() {
  if (!listener.is_open()) return;
  is_waiting_for_room =
      core->open_connections.load(std::memory_order_relaxed) >= core->options.max_connections;
  if (is_waiting_for_room) return;
  auto& shard = *shards[next++ % shards.size()];
  listener.async_accept(shard.context(), [self = shared_from_this(), &shard](
                                             const error_code& failure, Socket socket) {
    self->on_accept(failure, std::move(socket), shard);
  });
}

void Server::Impl::Acceptor::on_accept(const error_code& failure, Socket socket, Shard& shard) {
  if (!listener.is_open()) return;
  if (failure == asio::error::no_descriptors || failure == asio::error::no_memory ||
      failure == asio::error::no_buffer_space) {
    pause.expires_after(kAcceptPause);
    pause.async_wait([self = shared_from_this()](const error_code& end) {
      if (!end) self->accept();
    });
    return;
  }
  if (!failure) {
    core->open_connections.fetch_add(1, std::memory_order_relaxed);
    asio::post(shard.context(),
               [target = shard.shared_from_this(), moved = std::move(socket)]() mutable {
                 target->adopt(std::move(moved));
               });
  }
  accept();  // also after what concerns one connection only, such as a client that has gone
}

void Server::Impl::Acceptor::resume() {
  if (is_waiting_for_room) accept();
}

void Server::Impl::Acceptor::close() {
  error_code ignored;  // there is nothing else to do with a listener
  listener.close(ignored);
  pause.cancel();
  shards.clear();
}

Result<void> Server::Impl::listen(const tcp::endpoint& endpoint) {
  auto& listener = acceptor->listener;
  error_code failure;
  listener.open(endpoint.protocol(), failure);
  if (!failure) listener.set_option(asio::socket_base::reuse_address(true), failure);
  if (!failure) listener.bind(endpoint, failure);
  if (!failure) listener.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) return {};
  const std::string& wanted = core->options.listen;
  if (failure == asio::error::address_in_use) {
    return Error{Fault::kBusy, "The server cannot listen on \"" + wanted +
                                   "\": another process has the port. Stop it or choose another "
                                   "port."};
  }
  return bad_address(wanted, failure.message());
}

Server::Server(EventLoop& loop, ServerOptions options, Router& router, WorkerPool& workers)
    : impl_(std::make_unique<Impl>(loop, std::move(options), router, workers)) {}

Server::~Server() { stop(Steady::now()); }

Result<unsigned short> Server::start() {
  auto& core = *impl_->core;
  const auto endpoint = endpoint_of(core.options.listen);
  if (!endpoint) return endpoint.error();
  if (auto tls = renew_tls(); !tls) return std::move(tls).error();
  auto& threads = impl_->loop.impl().threads;
  impl_->acceptor = std::make_shared<Impl::Acceptor>(threads.front()->context, impl_->core);
  if (auto listening = impl_->listen(*endpoint); !listening) {
    impl_->acceptor = nullptr;
    return std::move(listening).error();
  }
  error_code failure;
  const auto port = impl_->acceptor->listener.local_endpoint(failure).port();
  core.on_room = [weak = std::weak_ptr(impl_->acceptor)] {
    if (const auto acceptor = weak.lock()) {
      asio::post(acceptor->listener.get_executor(), [acceptor] { acceptor->resume(); });
    }
  };
  for (const auto& thread : threads) {
    const auto shard = std::make_shared<Shard>(thread->context, impl_->core);
    const auto mailbox = std::make_shared<Mailbox>(shard);
    asio::post(thread->context, [shard, mailbox] { shard->open(mailbox); });
    impl_->shards.push_back(shard);
    impl_->mailboxes.push_back(mailbox);
  }
  impl_->acceptor->shards = impl_->shards;
  asio::post(impl_->acceptor->listener.get_executor(),
             [acceptor = impl_->acceptor] { acceptor->accept(); });
  return port;
}

Result<void> Server::renew_tls() {
  auto& core = *impl_->core;
  if (core.options.tls_certificate.empty() && core.options.tls_key.empty()) return {};
  auto tls = make_server_tls(core.options.tls_certificate, core.options.tls_key);
  if (!tls) return std::move(tls).error();
  core.tls.store(std::make_shared<const TlsServer>(TlsServer{std::move(*tls)}));
  return {};
}

void Server::stop_accepting() {
  if (!impl_->acceptor) return;
  std::promise<void> closed;
  asio::post(impl_->acceptor->listener.get_executor(), [&] {
    impl_->acceptor->close();
    closed.set_value();
  });
  closed.get_future().wait();
}

void Server::stop(Steady::time_point deadline) {
  if (std::exchange(impl_->is_stopped, true)) return;
  stop_accepting();
  auto& core = *impl_->core;
  core.is_draining.store(true, std::memory_order_relaxed);
  while (core.open_connections.load(std::memory_order_relaxed) > 0 && Steady::now() < deadline) {
    std::this_thread::sleep_for(kDrainLook);
  }
  for (const auto& mailbox : impl_->mailboxes) mailbox->shut();
  for (const auto& shard : impl_->shards) {
    std::promise<void> closed;
    asio::post(shard->context(), [&] {
      shard->close_all();
      closed.set_value();
    });
    closed.get_future().wait();
  }
}

}  // namespace sluice::net
