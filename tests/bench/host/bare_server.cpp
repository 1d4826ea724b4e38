// Plain Beast, as its own examples have it.
#include "bare_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <optional>
#include <thread>

namespace sluice::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    buffer_.reserve(65536);
    answer_.result(http::status::accepted);
    answer_.body() = "{}";
    answer_.prepare_payload();
  }
  void read() {
    parser_.emplace();
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    http::async_write(socket_, answer_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  tcp::socket socket_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> answer_;
};

}  // namespace

struct BareServer::Impl {
  Impl() {
    accept();
    for (std::size_t i = 0; i < contexts.size(); ++i) {
      threads[i] = std::thread([this, i] { contexts[i].run(); });
    }
  }
  ~Impl() {
    for (auto& context : contexts) context.stop();
    for (auto& thread : threads) thread.join();
  }
  void accept() {
    next = (next + 1) % contexts.size();
    acceptor.async_accept(contexts[next], [this](beast::error_code error, tcp::socket socket) {
      if (error) return;
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket))->read();
      accept();
    });
  }

  std::array<asio::io_context, 2> contexts{asio::io_context{1}, asio::io_context{1}};
  std::array<asio::executor_work_guard<asio::io_context::executor_type>, 2> guards{
      asio::make_work_guard(contexts[0]), asio::make_work_guard(contexts[1])};
  tcp::acceptor acceptor{contexts[0], tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::size_t next = 0;
  std::array<std::thread, 2> threads;
};

BareServer::BareServer() : impl_(std::make_unique<Impl>()) {}
BareServer::~BareServer() = default;
std::uint16_t BareServer::port() const { return impl_->acceptor.local_endpoint().port(); }

}  // namespace sluice::bench
