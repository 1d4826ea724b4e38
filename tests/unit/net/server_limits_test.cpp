// Server: every limit, with its status and its sentence.
#include "net/server.hpp"

#include "running_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace sluice::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

ServerOptions short_times() {
  ServerOptions options;
  options.header_timeout = milliseconds(60);
  options.body_timeout = milliseconds(60);
  options.idle_timeout = milliseconds(60);
  return options;
}

ServerOptions small_bodies() {
  ServerOptions options;
  options.max_body = 1000;
  return options;
}

// An answer that says so, is JSON, and closes.
void expect_refusal(const std::string& answer, const std::string& status,
                    const std::string& detail) {
  EXPECT_TRUE(has(answer, "HTTP/1.1 " + status + " ")) << answer;
  EXPECT_TRUE(has(answer, "Content-Type: application/json\r\n")) << answer;
  EXPECT_TRUE(has(answer, "X-Request-ID: ")) << answer;
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"detail\":\"" + detail + "\"}")) << answer;
}

const std::string kLate = "The request did not arrive in time; send it faster or in smaller parts.";
const std::string kTooLarge =
    "The request's body is larger than the 1000 bytes allowed here; send it in smaller parts.";

TEST(ServerLimits, SlowHeaders) {
  RunningServer server(short_times());
  server.start();
  expect_refusal(server.tell("GET / HTTP/1.1\r\nHost:"), "408", kLate);
}

TEST(ServerLimits, HeadersThatDripStayLate) {
  RunningServer server(short_times());
  server.start();
  auto socket = server.connect();
  std::atomic<bool> is_over = false;
  std::thread drip([&] {
    socket.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");
    // What is sent into a connection that is closed resets it, and with it the answer.
    while (!is_over && !socket.is_readable() && socket.send("x")) {
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  expect_refusal(server.connect().send("") ? socket.read_to_end() : "", "408", kLate);
  is_over = true;
  drip.join();
}

TEST(ServerLimits, SlowBody) {
  RunningServer server(short_times());
  server.echo("POST", "/a");
  server.start();
  expect_refusal(server.tell("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"), "408",
                 kLate);
}

TEST(ServerLimits, IdleConnectionIsClosedSilently) {
  RunningServer server(short_times());
  server.start();
  EXPECT_EQ(server.connect().read_to_end(), "");
}

TEST(ServerLimits, ClientThatDoesNotReadIsClosed) {
  RunningServer server(short_times());
  server.route("GET", "/big", [](const ExchangePtr& exchange) {
    exchange->respond({.status = 200, .content_type = {}, .body = std::string(32 << 20, 'x')});
  });
  server.start();
  auto socket = server.connect();
  socket.send(get("/big"));
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(socket.read_to_end().size(), std::size_t{32} << 20);
}

TEST(ServerLimits, BodyTooLargeByItsLength) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  auto socket = server.connect();
  socket.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000000\r\n\r\n");
  expect_refusal(socket.read_to_end(), "413", kTooLarge);
}

TEST(ServerLimits, BigBodySentAnywayStillGetsItsAnswer) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  expect_refusal(server.tell(post("/a", std::string(200'000, 'x'))), "413", kTooLarge);
}

TEST(ServerLimits, ChunkedBodyTooLargeAsItComes) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  std::string request = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) request += "64\r\n" + std::string(100, 'x') + "\r\n";
  expect_refusal(server.tell(request), "413", kTooLarge);
}

TEST(ServerLimits, BodyJustFitsInBothEncodings) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  auto socket = server.connect();
  const std::string body(1000, 'x');
  socket.send(post("/a", body));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\n" + body));
  socket.send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body +
              "\r\n0\r\n\r\n");
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\n" + body));
}

TEST(ServerLimits, RouteMayAllowMore) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a", {.max_body = 2000});
  server.start();
  EXPECT_TRUE(
      has(server.tell(post("/a", std::string(2000, 'x'), "Connection: close\r\n")), " 200 "));
  EXPECT_TRUE(
      has(server.tell(post("/a", std::string(2001, 'x'), "Connection: close\r\n")), " 413 "));
}

TEST(ServerLimits, RefusedShortBodyKeepsTheConnection) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  auto socket = server.connect();
  socket.send(post("/a", std::string(1001, 'x')) + post("/b", "y") + post("/a", "z"));
  EXPECT_TRUE(has(socket.read_message(), " 413 "));
  EXPECT_TRUE(has(socket.read_message(), " 404 "));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nz"));
}

TEST(ServerLimits, AllBodiesTogether) {
  ServerOptions options;
  options.max_total_body = 1000;
  RunningServer server(options);
  std::promise<void> entered;
  std::promise<void> release;
  server.route("POST", "/hold", [&](const ExchangePtr& exchange) {
    entered.set_value();
    release.get_future().wait();
    exchange->respond(json_response(200, "{}"));
  });
  server.echo("POST", "/a");
  server.start();
  auto holder = server.connect();
  holder.send(post("/hold", std::string(600, 'x')));
  entered.get_future().wait();
  const auto full = server.tell(post("/a", std::string(600, 'y')));
  expect_refusal(full, "503",
                 "The server is holding as many request bodies as it may; try again shortly.");
  EXPECT_TRUE(has(full, "Retry-After: 1\r\n"));
  release.set_value();
  EXPECT_TRUE(has(holder.read_message(), " 200 "));
  auto again = server.connect();
  std::string answer;
  for (int i = 0; i < 100 && !has(answer, " 200 ");
       ++i) {  // the exchange goes just after its answer
    auto fresh = server.connect();
    fresh.send(post("/a", std::string(600, 'z'), "Connection: close\r\n"));
    answer = fresh.read_to_end();
  }
  EXPECT_TRUE(has(answer, " 200 ")) << answer;
}

TEST(ServerLimits, HeadersTooLarge) {
  RunningServer server;
  server.echo("GET", "/a");
  server.start();
  expect_refusal(server.tell(get("/a", "A: " + std::string(20'000, 'x') + "\r\n")), "431",
                 "The request's headers are larger than the 16384 bytes allowed; send fewer or "
                 "shorter ones.");
  expect_refusal(server.tell("GET /" + std::string(20'000, 'x')), "431",
                 "The request's headers are larger than the 16384 bytes allowed; send fewer or "
                 "shorter ones.");
}

TEST(ServerLimits, NotHttp) {
  RunningServer server;
  server.echo("POST", "/a");
  server.start();
  for (const char* text :
       {"rubbish\r\n\r\n", "\x16\x03\x01 TLS\r\n\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    expect_refusal(server.tell(text), "400", "The request is not valid HTTP/1.1.");
  }
}

TEST(ServerLimits, HttpThatMeansNothing) {
  RunningServer server;
  server.echo("POST", "/a");
  server.start();
  const auto tell = [&](const std::string& text) {
    auto socket = server.connect();
    socket.send(text);
    return socket.read_message();
  };
  EXPECT_TRUE(has(tell("GET / HTTP/1.1\r\n\r\n"), "exactly one Host header"));
  EXPECT_TRUE(has(tell(get("/", "Host: b\r\n")), "exactly one Host header"));
  EXPECT_TRUE(has(tell(get("/%zz")), "HTTP/1.1 400 "));
  EXPECT_TRUE(has(tell(get("*")), "must begin with a slash"));
  EXPECT_TRUE(
      has(tell("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), "HTTP/1.1 501 "));
  EXPECT_TRUE(has(tell(post("/a", "x", "Expect: gold\r\n")), "HTTP/1.1 417 "));
}

TEST(ServerLimits, EndlessChunkExtension) {
  RunningServer server;
  server.echo("POST", "/a");
  server.start();
  expect_refusal(server.tell("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                             std::string(100'000, 'x')),
                 "400", "A part of the request's body is not valid chunked encoding.");
}

TEST(ServerLimits, UnknownPathAndMethod) {
  RunningServer server;
  server.echo("GET", "/a");
  server.echo("DELETE", "/a");
  server.start();
  auto socket = server.connect();
  socket.send(get("/b"));
  const auto unknown = socket.read_message();
  EXPECT_TRUE(has(unknown, "HTTP/1.1 404 Not Found\r\n")) << unknown;
  EXPECT_TRUE(unknown.ends_with(R"({"detail":"There is nothing at this path."})")) << unknown;
  socket.send(post("/a", "x"));
  const auto wrong = socket.read_message();
  EXPECT_TRUE(has(wrong, "HTTP/1.1 405 Method Not Allowed\r\n")) << wrong;
  EXPECT_TRUE(has(wrong, "Allow: DELETE, GET, HEAD\r\n")) << wrong;
}

TEST(ServerLimits, InvitesABodyOnlyWhenItWillTakeIt) {
  RunningServer server(small_bodies());
  server.echo("POST", "/a");
  server.start();
  auto socket = server.connect();
  socket.send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("abc");
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nabc"));
  socket.send(
      "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3000\r\n\r\n");
  expect_refusal(socket.read_to_end(), "413", kTooLarge);
}

}  // namespace
}  // namespace sluice::net
