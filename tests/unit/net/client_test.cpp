// Client: against our server, and against sockets that misbehave.
#include "net/client.hpp"

#include "running_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace sluice::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::future<ClientResponse> send(Client& client, ClientRequest request, RequestId* id = nullptr) {
  auto promise = std::make_shared<std::promise<ClientResponse>>();
  auto future = promise->get_future();
  const auto sent = client.send(std::move(request), [promise](ClientResponse response) {
    promise->set_value(std::move(response));
  });
  if (id != nullptr) *id = sent;
  return future;
}

TEST(Client, SendsAndReceives) {
  RunningServer server;
  server.route("PUT", "/a/{id}", [](const ExchangePtr& exchange) {
    const auto& request = exchange->request();
    Response response =
        json_response(201, request.body + request.query + std::string(request.param("id")));
    response.headers.push_back({"X-Echo", std::string(*request.header("X-Some"))});
    exchange->respond(std::move(response));
  });
  server.start();
  Client client(server.loop);
  const auto answer = client.fetch({.method = "PUT",
                                    .url = server.url("/a/b%2Fc?d=e"),
                                    .headers = {{"X-Some", "thing"}},
                                    .body = "body "});
  EXPECT_EQ(answer.transport, Transport::kOk);
  EXPECT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.detail, "");
  EXPECT_EQ(answer.body, "body d=eb/c");
  EXPECT_EQ(*find_header(answer.headers, "x-echo"), "thing");
}

TEST(Client, KeepsConnectionsAndSendsBigBodies) {
  RunningServer server;
  server.echo("POST", "/echo");
  server.start();
  Client client(server.loop);
  std::string body(5 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 26);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.fetch({.method = "POST", .url = server.url("/echo"), .body = body});
    EXPECT_EQ(answer.status, 200U) << answer.detail;
    EXPECT_TRUE(answer.body == body);
  }
}

TEST(Client, UsesOneConnectionForOneAfterAnother) {
  RawListener listener;
  EventLoop loop(2);
  Client client(loop);
  std::thread peer([&] {
    auto socket = listener.accept();
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(has(socket.read_until("\r\n\r\n"), "GET / HTTP/1.1\r\nHost: 127.0.0.1:"));
      socket.send(kOk);
    }
    EXPECT_FALSE(listener.has_caller(milliseconds(10)));
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.fetch({.url = listener.url()}).body, "ok");
  peer.join();
}

TEST(Client, OpensNoMoreConnectionsThanItMay) {
  RunningServer server;
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  server.route("GET", "/a", [&](const ExchangePtr& exchange) {
    const int now = ++inside;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(milliseconds(2));
    --inside;
    exchange->respond(json_response(200, "{}"));
  });
  server.start();
  Client client(server.loop, {.max_per_origin = 2});
  std::vector<std::future<ClientResponse>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(send(client, {.url = server.url("/a")}));
  for (auto& answer : answers) EXPECT_EQ(answer.get().status, 200U);
  EXPECT_LE(most, 2);
}

TEST(Client, ReadsChunkedAndEndlessAnswersAndSkipsInterim) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  std::thread peer([&] {
    for (const char* answer :
         {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
          "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\nabcde",
          "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde"}) {
      auto socket = listener.accept();
      socket.read_until("\r\n\r\n");
      for (const char* byte = answer; *byte != '\0'; ++byte) socket.send(std::string(1, *byte));
    }
  });
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.fetch({.url = listener.url()});
    EXPECT_EQ(answer.transport, Transport::kOk) << answer.detail;
    EXPECT_EQ(answer.body, "abcde");
  }
  peer.join();
}

TEST(Client, KnowsThatHeadHasNoBody) {
  RunningServer server;
  server.route("GET", "/a",
               [](const ExchangePtr& exchange) { exchange->respond(json_response(200, "12345")); });
  server.start();
  Client client(server.loop);
  const auto answer = client.fetch({.method = "HEAD", .url = server.url("/a")});
  EXPECT_EQ(answer.status, 200U) << answer.detail;
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(*find_header(answer.headers, "Content-Length"), "5");
}

TEST(Client, TimesOutOverTheWholeExchange) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop, {.max_per_origin = 1});
  auto first = send(client, {.url = listener.url(), .timeout = milliseconds(50)});
  auto waiting = send(client, {.url = listener.url(), .timeout = milliseconds(20)});
  auto socket = listener.accept();
  socket.send("HTTP/1.1 200 OK\r\nContent-Le");
  for (auto* late : {&first, &waiting}) {
    const auto answer = late->get();
    EXPECT_EQ(answer.transport, Transport::kTimeout);
    EXPECT_EQ(answer.status, 0U);
    EXPECT_TRUE(has(answer.detail, "There was no answer from http://127.0.0.1:")) << answer.detail;
  }
}

TEST(Client, SaysWhatWentWrong) {
  EventLoop loop(1);
  Client client(loop);
  RawListener gone;
  gone.close();
  const auto refused = client.fetch({.url = gone.url()});
  EXPECT_EQ(refused.transport, Transport::kRefused);
  EXPECT_EQ(refused.detail, "Connecting to http://127.0.0.1:" + std::to_string(gone.port()) +
                                " failed: Connection refused.");
  EXPECT_EQ(client.fetch({.url = "http://nowhere.invalid/"}).transport, Transport::kDns);
  EXPECT_EQ(client.fetch({.url = "nowhere"}).transport, Transport::kBadUrl);
  EXPECT_EQ(client.fetch({.method = "G T", .url = "http://a/"}).transport, Transport::kBadUrl);
  EXPECT_EQ(client.fetch({.url = "http://a/", .headers = {{"A", "b\r\nC: d"}}}).transport,
            Transport::kBadUrl);
}

TEST(Client, TellsBrokenAnswersFromNone) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  const auto ask = [&](const std::string& answer, bool resets) {
    auto pending = send(client, {.url = listener.url()});
    auto socket = listener.accept();
    socket.read_until("\r\n\r\n");
    socket.send(answer);
    if (resets) socket.reset();
    socket.close();
    return pending.get();
  };
  const auto middle = ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", false);
  EXPECT_EQ(middle.transport, Transport::kReset);
  EXPECT_TRUE(has(middle.detail, "ended in the middle of the answer: closed by the server."));
  EXPECT_EQ(middle.body, "");
  EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true).transport,
            Transport::kReset);
  EXPECT_TRUE(has(ask("", false).detail, "ended before the answer: closed by the server."));
  EXPECT_TRUE(has(ask("SSH-2.0-x\r\n\r\n", false).detail, "is not valid HTTP."));
}

TEST(Client, LimitsTheAnswer) {
  RunningServer server;
  server.echo("POST", "/echo");
  server.start();
  Client client(server.loop);
  const auto ask = [&](std::size_t size) {
    return client.fetch({.method = "POST",
                         .url = server.url("/echo"),
                         .body = std::string(size, 'x'),
                         .max_response = 1000});
  };
  EXPECT_EQ(ask(1000).transport, Transport::kOk);
  const auto large = ask(1001);
  EXPECT_EQ(large.transport, Transport::kTooLarge);
  EXPECT_EQ(large.body, "");
  EXPECT_TRUE(has(large.detail, "is larger than the 1000 bytes allowed for it.")) << large.detail;
}

TEST(Client, CancelsOnceWhereverTheRequestIs) {
  RawListener listener;
  EventLoop loop(2);
  Client client(loop, {.max_per_origin = 1});
  RequestId running_id = 0;
  RequestId queued_id = 0;
  auto running = send(client, {.url = listener.url()}, &running_id);
  auto queued = send(client, {.url = listener.url()}, &queued_id);
  auto socket = listener.accept();
  socket.read_until("\r\n\r\n");
  client.cancel(queued_id);
  EXPECT_EQ(queued.get().transport, Transport::kCancelled);
  client.cancel(running_id);
  client.cancel(running_id);
  EXPECT_EQ(running.get().transport, Transport::kCancelled);
  EXPECT_EQ(socket.read_to_end(), "");
}

TEST(Client, EndCancelsWhatIsUnderWay) {
  RawListener listener;
  EventLoop loop(2);
  std::future<ClientResponse> pending;
  {
    Client client(loop);
    pending = send(client, {.url = listener.url()});
    listener.accept().read_until("\r\n\r\n");
  }
  ASSERT_EQ(pending.wait_for(milliseconds(0)), std::future_status::ready);
  EXPECT_NE(pending.get().transport, Transport::kOk);
}

TEST(Client, ReplacesAConnectionThatTheServerHasClosed) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  for (const char* method : {"GET", "POST", "POST"}) {
    auto pending = send(client, {.method = method, .url = listener.url(), .body = "x"});
    auto socket = listener.accept();
    socket.read_until("\r\n\r\nx");
    socket.send(kOk);
    EXPECT_EQ(pending.get().status, 200U) << method;
  }
}

// The server takes the second request off the kept connection and closes without a word.
TEST(Client, RepeatsOnlyIdempotentRequestsAndOnlyOnce) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  const auto second_of = [&](const std::string& method, int closes) {
    auto first = send(client, {.url = listener.url()});
    auto socket = std::make_unique<RawSocket>(listener.accept());
    socket->read_until("\r\n\r\n");
    socket->send(kOk);
    first.get();
    auto second = send(client, {.method = method, .url = listener.url()});
    for (int i = 0; i < closes; ++i) {
      if (i > 0) socket = std::make_unique<RawSocket>(listener.accept());
      socket->read_until("\r\n\r\n");
      socket->close();
    }
    if (second.wait_for(milliseconds(20)) == std::future_status::timeout) {
      socket = std::make_unique<RawSocket>(listener.accept());
      socket->read_until("\r\n\r\n");
      socket->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }
    return second.get();
  };
  EXPECT_EQ(second_of("GET", 1).status, 200U);
  EXPECT_EQ(second_of("POST", 1).transport, Transport::kReset);
  EXPECT_EQ(second_of("GET", 2).transport, Transport::kReset);
  EXPECT_FALSE(listener.has_caller(milliseconds(20)));
}

TEST(Client, NeverRepeatsOnAFreshConnection) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  auto pending = send(client, {.url = listener.url()});
  listener.accept().read_until("\r\n\r\n");
  EXPECT_EQ(pending.get().transport, Transport::kReset);
  EXPECT_FALSE(listener.has_caller(milliseconds(20)));
}

TEST(Client, ClosesIdleConnections) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop, {.idle_timeout = milliseconds(20)});
  auto pending = send(client, {.url = listener.url()});
  auto socket = listener.accept();
  socket.read_until("\r\n\r\n");
  socket.send(kOk);
  EXPECT_EQ(pending.get().status, 200U);
  EXPECT_EQ(socket.read_to_end(), "");
}

TEST(Client, TakesAnAnswerThatComesBeforeAllIsSent) {
  ServerOptions options;
  options.max_body = 1000;
  RunningServer server(options);
  server.echo("POST", "/echo");
  server.start();
  Client client(server.loop);
  const auto answer = client.fetch(
      {.method = "POST", .url = server.url("/echo"), .body = std::string(20 << 20, 'x')});
  EXPECT_EQ(answer.status, 413U) << answer.detail;
}

TEST(Client, ManyAtOnceFromManyThreads) {
  RunningServer server;
  server.echo("POST", "/echo", {.runs_on = RunsOn::kIo});
  server.start();
  Client client(server.loop);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string body = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_EQ(client.fetch({.method = "POST", .url = server.url("/echo"), .body = body}).body,
                  body);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace sluice::net
