// Answers that the client hands on part by part, as they come.
#include "net/body_pipe.hpp"
#include "net/client.hpp"
#include "running_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace sluice::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

// Where an answer arrives: its head, the end of its pipe, and what became of it.
class Arrival {
 public:
  // A receiver that takes the body.
  Receiver receiver(std::size_t capacity = kPipeBytes) {
    return [this, capacity](const ClientResponse& head) -> std::optional<BodyWriter> {
      auto [writer, reader] = make_body_pipe(capacity);
      reader_.emplace(std::move(reader));
      head_.set_value(head);
      return std::move(writer);
    };
  }
  Client::Done done() {
    return [this](ClientResponse response) { end_.set_value(std::move(response)); };
  }

  ClientResponse head() { return in_time(head_.get_future()); }
  ClientResponse end() { return in_time(end_.get_future()); }
  // Waits for the next part, or for the end.
  BodyReader::State next(std::string& bytes) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      const auto state = reader_->take(bytes);
      if (state != BodyReader::State::kWait) return state;
      if (std::chrono::steady_clock::now() > until) return state;
      std::this_thread::sleep_for(milliseconds(1));
    }
  }
  // All parts to the end, and how it ended.
  std::string rest(BodyReader::State& state) {
    std::string all;
    std::string bytes;
    do {
      state = next(bytes);
      all += bytes;
    } while (state == BodyReader::State::kMore);
    return all;
  }
  void leave() { reader_.reset(); }

 private:
  static ClientResponse in_time(std::future<ClientResponse> future) {
    if (future.wait_for(kPatience) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "nothing came";
    return {};
  }

  std::promise<ClientResponse> head_;
  std::promise<ClientResponse> end_;
  std::optional<BodyReader> reader_;  // from the head on
};

TEST(ClientStream, HandsPartsOnBeforeTheLastIsThere) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  client.send({.url = listener.url(), .receiver = arrival.receiver()}, arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 8\r\n\r\n");
  const auto head = arrival.head();
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(*find_header(head.headers, "x-a"), "b");
  std::string bytes;
  server.send("one ");
  EXPECT_EQ(arrival.next(bytes), BodyReader::State::kMore);
  EXPECT_EQ(bytes, "one ");
  server.send("two.");
  BodyReader::State state{};
  EXPECT_EQ(arrival.rest(state), "two.");
  EXPECT_EQ(state, BodyReader::State::kWhole);
  const auto end = arrival.end();
  EXPECT_EQ(end.transport, Transport::kOk);
  EXPECT_EQ(end.status, 200U);
  EXPECT_EQ(end.body, "");
  auto again = std::async([&] { return client.fetch({.url = listener.url()}); });
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(again.get().body, "ok") << "the connection is used again";
}

TEST(ClientStream, KnowsTheEndOfEveryKindOfBody) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  const std::pair<const char*, const char*> answers[] = {
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
       "abcde"},
      {"HTTP/1.1 200 OK\r\n\r\nabcde", "abcde"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""}};
  for (const auto& [answer, body] : answers) {
    Arrival arrival;
    client.send({.url = listener.url(), .receiver = arrival.receiver()}, arrival.done());
    {
      auto server = listener.accept();
      server.read_until("\r\n\r\n");
      server.send(answer);
    }
    arrival.head();
    BodyReader::State state{};
    EXPECT_EQ(arrival.rest(state), body);
    EXPECT_EQ(state, BodyReader::State::kWhole);
    EXPECT_EQ(arrival.end().transport, Transport::kOk) << answer;
  }
}

TEST(ClientStream, KeepsABodyThatTheReceiverDoesNotTake) {
  RunningServer server;
  server.echo("POST", "/a");
  server.start();
  Client client(server.loop);
  unsigned status = 0;
  const auto answer = client.fetch({.method = "POST",
                                    .url = server.url("/a"),
                                    .body = "whole",
                                    .receiver = [&](const ClientResponse& head) {
                                      status = head.status;
                                      return std::optional<BodyWriter>();
                                    }});
  EXPECT_EQ(status, 200U);
  EXPECT_EQ(answer.body, "whole");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_NE(find_header(answer.headers, "content-type"), nullptr);
}

// What the client and the kernel hold is all that a server can send to somebody who does not read.
TEST(ClientStream, HoldsTheServerBackAndTakesMoreThanItsLimit) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  client.send({.url = listener.url(), .max_response = 1000, .receiver = arrival.receiver()},
              arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const std::string part(std::size_t{1} << 20, 'x');
  server.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
  std::atomic<std::size_t> sent = 0;
  std::thread sending([&] {
    for (; sent < kBytes; sent += part.size()) ASSERT_TRUE(server.send(part));
  });
  arrival.head();
  std::size_t before = 0;
  do {
    before = sent;
    std::this_thread::sleep_for(milliseconds(200));
  } while (sent != before);
  EXPECT_LT(before, kBytes);
  BodyReader::State state{};
  EXPECT_EQ(arrival.rest(state).size(), kBytes);
  EXPECT_EQ(state, BodyReader::State::kWhole);
  sending.join();
  EXPECT_EQ(arrival.end().transport, Transport::kOk);
}

TEST(ClientStream, LimitsTheSilenceBetweenPartsAndNotTheWhole) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  client.send(
      {.url = listener.url(), .timeout = milliseconds(2'000), .receiver = arrival.receiver()},
      arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  arrival.head();
  std::string bytes;
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(milliseconds(300));
    server.send("x");
    ASSERT_EQ(arrival.next(bytes), BodyReader::State::kMore) << i;
  }
  EXPECT_EQ(arrival.next(bytes), BodyReader::State::kBroken);
  const auto end = arrival.end();
  EXPECT_EQ(end.transport, Transport::kTimeout);
  EXPECT_EQ(end.detail, "The answer from http://127.0.0.1:" + std::to_string(listener.port()) +
                            " did not go on within 2000 ms.");
}

TEST(ClientStream, WaitsLongerThanItsTimeoutForASlowReader) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  client.send(
      {.url = listener.url(), .timeout = milliseconds(200), .receiver = arrival.receiver(4)},
      arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfull");
  arrival.head();
  std::this_thread::sleep_for(milliseconds(700));
  server.send("!");
  BodyReader::State state{};
  EXPECT_EQ(arrival.rest(state), "full!");
  EXPECT_EQ(state, BodyReader::State::kWhole);
  EXPECT_EQ(arrival.end().transport, Transport::kOk);
}

TEST(ClientStream, ShowsThatTheServerBrokeOff) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  for (const char* head : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
    Arrival arrival;
    client.send({.url = listener.url(), .receiver = arrival.receiver()}, arrival.done());
    {
      auto server = listener.accept();
      server.read_until("\r\n\r\n");
      server.send(std::string("HTTP/1.1 200 OK\r\n") + head + "\r\n\r\n4\r\nhalf\r\n");
    }
    arrival.head();
    BodyReader::State state{};
    EXPECT_TRUE(has(arrival.rest(state), "half"));
    EXPECT_EQ(state, BodyReader::State::kBroken);
    const auto end = arrival.end();
    EXPECT_EQ(end.transport, Transport::kReset);
    EXPECT_TRUE(has(end.detail, "ended in the middle of the answer")) << end.detail;
  }
}

TEST(ClientStream, EndsTheRequestWhenNobodyReads) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  client.send({.url = listener.url(), .receiver = arrival.receiver()}, arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  arrival.head();
  arrival.leave();
  const auto end = arrival.end();
  EXPECT_EQ(end.transport, Transport::kCancelled);
  EXPECT_TRUE(has(end.detail, "is no longer wanted")) << end.detail;
  EXPECT_EQ(server.read_to_end(), "");
}

TEST(ClientStream, BreaksTheBodyOffWhenItIsCancelled) {
  RawListener listener;
  EventLoop loop(1);
  Client client(loop);
  Arrival arrival;
  const auto id =
      client.send({.url = listener.url(), .receiver = arrival.receiver()}, arrival.done());
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  arrival.head();
  std::string bytes;
  EXPECT_EQ(arrival.next(bytes), BodyReader::State::kMore);
  client.cancel(id);
  EXPECT_EQ(arrival.next(bytes), BodyReader::State::kBroken);
  EXPECT_EQ(arrival.end().transport, Transport::kCancelled);
}

}  // namespace
}  // namespace sluice::net
