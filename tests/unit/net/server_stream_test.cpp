// Answers that the server sends part by part, as they come.
#include "net/body_pipe.hpp"
#include "running_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace sluice::net {
namespace {

using namespace test;

// A body that a test sends from its own thread; what a connection to somewhere else would be.
class Tap {
 public:
  explicit Tap(std::optional<std::uint64_t> length = {}, std::size_t capacity = kPipeBytes) {
    auto [writer, reader] = make_body_pipe(capacity);
    writer_.emplace(std::move(writer));
    stream_ = std::make_shared<BodyStream>(BodyStream{std::move(reader), length});
  }

  // The handler of a route: answers with the body.
  Handler handler(unsigned status = 200) {
    return [this, status](const ExchangePtr& exchange) {
      exchange->respond({.status = status,
                         .content_type = "text/plain",
                         .body = {},
                         .headers = {},
                         .stream = std::exchange(stream_, nullptr)});
    };
  }
  BodyWriter& writer() { return *writer_; }
  void end() { EXPECT_TRUE(writer_->end()); }
  void drop() { writer_.reset(); }

  bool loses_its_reader() const {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (writer_->has_reader() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return !writer_->has_reader();
  }

 private:
  std::optional<BodyWriter> writer_;
  std::shared_ptr<BodyStream> stream_;
};

TEST(ServerStream, SendsPartsAsTheyCome) {
  Tap tap;
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.echo("POST", "/echo");
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  const std::string head = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(has(head, "Transfer-Encoding: chunked\r\n")) << head;
  EXPECT_FALSE(has(head, "Content-Length")) << head;
  EXPECT_TRUE(tap.writer().put("first"));
  EXPECT_EQ(socket.read_bytes(10), "5\r\nfirst\r\n");
  EXPECT_TRUE(tap.writer().put("second part, longer"));
  EXPECT_EQ(socket.read_bytes(25), "13\r\nsecond part, longer\r\n");
  tap.end();
  EXPECT_EQ(socket.read_bytes(5), "0\r\n\r\n");
  socket.send(post("/echo", "again"));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nagain"));
}

TEST(ServerStream, SaysTheLengthWhereItIsKnown) {
  Tap tap(11);
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.echo("POST", "/echo");
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  EXPECT_TRUE(tap.writer().put("hello "));
  EXPECT_TRUE(tap.writer().put("world"));
  tap.end();
  const std::string answer = socket.read_message();
  EXPECT_TRUE(has(answer, "Content-Length: 11\r\n")) << answer;
  EXPECT_FALSE(has(answer, "chunked")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello world")) << answer;
  socket.send(post("/echo", "again"));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nagain"));
}

TEST(ServerStream, EndsABodyThatCannotBeChunkedWithTheConnection) {
  Tap tap;
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(tap.writer().put("old"));
  tap.end();
  const std::string answer = socket.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
  EXPECT_FALSE(has(answer, "chunked")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nold")) << answer;
}

TEST(ServerStream, SendsNoBodyWhereThereIsNone) {
  Tap head(7);
  Tap no_content;
  RunningServer server;
  server.route("GET", "/head", head.handler());
  server.route("GET", "/none", no_content.handler(204));
  server.echo("POST", "/echo");
  server.start();
  auto socket = server.connect();
  socket.send("HEAD /head HTTP/1.1\r\nHost: test\r\n\r\n");
  const std::string answer = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(has(answer, "Content-Length: 7\r\n")) << answer;
  EXPECT_TRUE(head.loses_its_reader());
  socket.send(get("/none"));
  const std::string none = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(has(none, "204 No Content")) << none;
  EXPECT_FALSE(has(none, "chunked")) << none;
  EXPECT_TRUE(no_content.loses_its_reader());
  socket.send(post("/echo", "again"));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nagain"));
}

TEST(ServerStream, ShowsThatTheBodyIsNotWhole) {
  Tap chunked;
  Tap counted(100);
  Tap more(2);
  Tap less(9);
  RunningServer server;
  server.route("GET", "/chunked", chunked.handler());
  server.route("GET", "/counted", counted.handler());
  server.route("GET", "/more", more.handler());
  server.route("GET", "/less", less.handler());
  server.start();
  EXPECT_TRUE(chunked.writer().put("half"));
  chunked.drop();
  const std::string first = server.tell(get("/chunked"));
  EXPECT_TRUE(first.ends_with("4\r\nhalf\r\n")) << first;
  EXPECT_TRUE(counted.writer().put("half"));
  counted.drop();
  const std::string second = server.tell(get("/counted"));
  EXPECT_TRUE(second.ends_with("\r\n\r\nhalf")) << second;
  EXPECT_TRUE(more.writer().put("too much"));
  more.end();
  EXPECT_TRUE(server.tell(get("/more")).ends_with("\r\n\r\n"));
  EXPECT_TRUE(less.writer().put("little"));
  less.end();
  EXPECT_FALSE(has(server.tell(get("/less")), "little!"));
}

TEST(ServerStream, ResetsWhereOnlyTheCloseWouldTell) {
  Tap tap;
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(tap.writer().put("half"));
  EXPECT_TRUE(socket.read_until("half").ends_with("half"));
  tap.drop();
  EXPECT_EQ(socket.read_to_end(), "");
  EXPECT_EQ(socket.last_error(), ECONNRESET);
}

// What the server and the kernel hold, and no more, is taken from a body that its client does not
// read; when it reads again, it gets all of it.
TEST(ServerStream, WaitsForASlowClient) {
  Tap tap;
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  constexpr std::size_t kMost = std::size_t{64} << 20;
  const std::string part(32 * 1024, 'x');
  std::size_t sent = 0;
  const auto fill = [&] {
    for (int idle = 0; idle < 50 && sent < kMost;) {
      if (!tap.writer().has_room()) {
        ++idle;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      idle = 0;
      ASSERT_TRUE(tap.writer().put(part));
      sent += part.size();
    }
  };
  fill();
  EXPECT_LT(sent, kMost) << "the kernel's buffers are smaller than this";
  tap.end();
  EXPECT_GE(socket.read_to_last_chunk().size(), sent);
}

TEST(ServerStream, TellsTheSourceThatTheClientHasGone) {
  Tap flowing;
  Tap silent;
  RunningServer server;
  server.route("GET", "/flowing", flowing.handler());
  server.route("GET", "/silent", silent.handler());
  server.start();
  {
    auto socket = server.connect();
    socket.send(get("/flowing"));
    EXPECT_TRUE(flowing.writer().put("a"));
    socket.read_until("a\r\n");
    socket.reset();
  }
  EXPECT_TRUE(flowing.loses_its_reader());
  {
    auto socket = server.connect();
    socket.send(get("/silent"));
    socket.read_until("\r\n\r\n");
  }
  EXPECT_TRUE(silent.loses_its_reader()) << "nothing is written, so nothing fails";
}

TEST(ServerStream, TellsAHandlerThatItsClientHasGone) {
  std::promise<ExchangePtr> handled;
  RunningServer server;
  server.route("GET", "/a", [&](const ExchangePtr& exchange) { handled.set_value(exchange); });
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  const ExchangePtr exchange = handled.get_future().get();
  std::promise<void> gone;
  exchange->when_gone([&] { gone.set_value(); });
  socket.close();
  EXPECT_EQ(gone.get_future().wait_for(kPatience), std::future_status::ready);
  std::promise<void> told_late;
  exchange->when_gone([&] { told_late.set_value(); });
  EXPECT_EQ(told_late.get_future().wait_for(kPatience), std::future_status::ready);
  exchange->respond(json_response(200, "{}"));
}

TEST(ServerStream, ClosesOnAClientThatDoesNotRead) {
  Tap tap;
  RunningServer server({.body_timeout = std::chrono::milliseconds(300)});
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  const std::string part(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 64; ++i) {
    if (!tap.writer().put(part)) break;  // far more than the kernel takes
  }
  EXPECT_TRUE(tap.loses_its_reader());
}

TEST(ServerStream, StopsWithinItsDeadline) {
  Tap tap;
  std::atomic<unsigned> reported = 0;
  RunningServer server({.on_done = [&](const RequestLog&) { ++reported; }});
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  EXPECT_TRUE(tap.writer().put("a"));
  socket.read_until("a\r\n");
  server.server().stop(Steady::now() + std::chrono::milliseconds(20));
  EXPECT_FALSE(tap.writer().has_reader());
  EXPECT_EQ(socket.read_to_end(), "");
  EXPECT_EQ(reported, 0U);
}

TEST(ServerStream, LetsAnAnswerFinishWhileStopping) {
  Tap tap;
  RunningServer server;
  server.route("GET", "/a", tap.handler());
  server.start();
  auto socket = server.connect();
  socket.send(get("/a"));
  EXPECT_TRUE(tap.writer().put("a"));
  socket.read_until("a\r\n");
  std::thread stopping([&] { server.server().stop(Steady::now() + kPatience); });
  EXPECT_TRUE(tap.writer().put("b"));
  tap.end();
  EXPECT_EQ(socket.read_to_end(), "1\r\nb\r\n0\r\n\r\n");
  stopping.join();
}

}  // namespace
}  // namespace sluice::net
