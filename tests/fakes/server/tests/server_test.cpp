// The fake server on the wire: what a client sees of answers and of each failure.
#include "fakes/server/server.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "raw_socket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <future>
#include <optional>
#include <thread>

namespace sluice::fakes {
namespace {

using namespace std::chrono_literals;
using net::Transport;
using net::test::RawSocket;

Answer echo(const Request& request) {
  return {.body = request.method + " " + request.target + " " + request.body,
          .content_type = "text/plain"};
}

// The host's own client, and a server.
struct Both {
  explicit Both(ServerOptions options = {}, HttpServer::Handler handler = echo)
      : server(std::move(handler), std::move(options)),
        client(loop, {.authorities = server.certificate_file()}) {}
  net::ClientResponse post(const std::string& body, std::chrono::milliseconds timeout = 10s) {
    return client.fetch(
        {.method = "POST", .url = server.url() + "/a", .body = body, .timeout = timeout});
  }
  net::EventLoop loop{1};
  HttpServer server;
  net::Client client;
};

template <class Claim>
bool becomes_true(Claim claim) {
  for (const auto until = std::chrono::steady_clock::now() + net::test::kPatience;
       std::chrono::steady_clock::now() < until;) {
    if (claim()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

TEST(FakeServer, AnswersOverOneConnection) {
  Both both;
  EXPECT_EQ(both.post("one").body, "POST /a one");
  EXPECT_EQ(both.post("two").body, "POST /a two");
  const Counters counters = both.server.counters();
  EXPECT_EQ(counters.requests, 2U);
  EXPECT_EQ(counters.connections, 1U);
  EXPECT_EQ(counters.open, 1U);
}

TEST(FakeServer, TakesBigBodiesAndGivesThemBack) {
  for (const Security security : {Security::kPlain, Security::kTls}) {
    Both both({.security = security});
    const std::string body(std::size_t{3} << 20, 'x');
    const auto answer = both.post(body);
    EXPECT_EQ(answer.transport, Transport::kOk) << answer.detail;
    EXPECT_TRUE(answer.body == "POST /a " + body);
  }
}

TEST(FakeServer, ShowsACertificateForTheNameItWasTold) {
  Both impostor({.security = Security::kTls, .certificate_for = "DNS:elsewhere.example"});
  EXPECT_EQ(impostor.post("x").transport, Transport::kTls);
}

TEST(FakeServer, SendsChunks) {
  Both both({}, [](const Request&) {
    return Answer{.body = std::string(10'000, 'y'), .framing = Framing::kChunked};
  });
  EXPECT_EQ(both.post("").body, std::string(10'000, 'y'));
}

TEST(FakeServer, WaitsForTheBodyAfterContinue) {
  Both both;
  RawSocket socket(both.server.port());
  socket.send("POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("ab");
  EXPECT_NE(socket.read_message().find("POST /a ab"), std::string::npos);
}

TEST(FakeServer, ServesPipelinedRequests) {
  Both both;
  RawSocket socket(both.server.port());
  socket.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  EXPECT_NE(socket.read_message().find("GET /1"), std::string::npos);
  EXPECT_NE(socket.read_message().find("GET /2"), std::string::npos);
}

TEST(FakeServer, RefusesWhatIsTooLargeWithoutReadingIt) {
  Both both({.max_body = 1000, .too_large = {.status = 400, .body = "too large"}});
  RawSocket socket(both.server.port());
  socket.send("POST /a HTTP/1.1\r\nContent-Length: 100000\r\n\r\nbegin");
  const std::string answer = socket.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.ends_with("too large")) << answer;
  EXPECT_EQ(both.server.counters().requests, 0U);
}

TEST(FakeServer, AnswersRubbishWith400AndCloses) {
  Both both;
  RawSocket socket(both.server.port());
  socket.send("rubbish\r\n\r\n");
  EXPECT_TRUE(socket.read_to_end().starts_with("HTTP/1.1 400 "));
}

TEST(FakeServer, FailsAsScriptedThenRecovers) {
  Both both;
  both.server.fail_next(2, {.status = 429, .body = "busy", .headers = {{"Retry-After", "7"}}});
  for (int i = 0; i < 2; ++i) {
    const auto answer = both.post("x");
    EXPECT_EQ(answer.status, 429U);
    EXPECT_EQ(answer.body, "busy");
    EXPECT_TRUE(std::any_of(answer.headers.begin(), answer.headers.end(), [](const auto& header) {
      return header.name == "Retry-After" && header.value == "7";
    }));
  }
  EXPECT_EQ(both.post("x").status, 200U);
  EXPECT_EQ(both.server.counters().failures, 2U);
}

TEST(FakeServer, BreaksConnectionsInEveryWay) {
  using How = Failure::How;
  for (const How how : {How::kClose, How::kReset, How::kResetBody, How::kTruncate, How::kGarbage}) {
    for (const Security security : {Security::kPlain, Security::kTls}) {
      Both both({.security = security},
                [](const Request&) { return Answer{.body = std::string(100'000, 'z')}; });
      both.server.fail({.how = how});
      const auto answer = both.post("x");
      EXPECT_EQ(answer.transport, Transport::kReset) << static_cast<int>(how) << answer.detail;
      EXPECT_EQ(both.post("x").status, 200U);
    }
  }
}

TEST(FakeServer, SendsABodyWhileItIsMade) {
  BodySource source{.run = [](const auto& send) {
    for (const char* part : {"one ", "", "two ", "three"}) send(part);
    return BodySource::End::kWhole;
  }};
  for (const std::optional<std::size_t> length : {std::optional<std::size_t>(), {13}}) {
    source.length = length;
    Both both({}, [source](const Request&) { return Answer{.source = source}; });
    EXPECT_EQ(both.post("").body, "one two three");
    EXPECT_EQ(both.post("").body, "one two three") << "the connection goes on";
    EXPECT_EQ(both.server.counters().connections, 1U);
  }
  source.run = [](const auto& send) {
    send("half");
    return BodySource::End::kBroken;
  };
  Both both({}, [source](const Request&) { return Answer{.source = source}; });
  EXPECT_EQ(both.post("").transport, Transport::kReset);
}

TEST(FakeServer, TellsABodysSourceThatTheClientHasGone) {
  Both both({}, [](const Request&) {
    return Answer{.source = {.run = [](const auto& send) {
                    while (send("x")) std::this_thread::sleep_for(1ms);
                    return BodySource::End::kWhole;
                  }}};
  });
  EXPECT_EQ(both.post("", 100ms).transport, Transport::kTimeout);
  EXPECT_TRUE(becomes_true([&] { return both.server.counters().abandoned == 1; }));
}

TEST(FakeServer, TruncatesAfterHalfOfTheBody) {
  Both both({}, [](const Request&) { return Answer{.body = "0123456789"}; });
  both.server.fail({.how = Failure::How::kTruncate});
  RawSocket socket(both.server.port());
  socket.send("GET / HTTP/1.1\r\n\r\n");
  const std::string answer = socket.read_to_end();
  EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n01234")) << answer;
}

TEST(FakeServer, KeepsSilentUntilTheClientGoes) {
  Both both;
  both.server.fail({.how = Failure::How::kSilence});
  EXPECT_EQ(both.post("x", 50ms).transport, Transport::kTimeout);
  EXPECT_TRUE(becomes_true([&] { return both.server.counters().abandoned == 1; }));
  EXPECT_TRUE(becomes_true([&] { return both.server.counters().in_flight == 0; }));
}

TEST(FakeServer, DoesTheWorkOfALostAnswerWhenTold) {
  std::atomic<int> done{0};
  Both both({}, [&](const Request& request) {
    ++done;
    return echo(request);
  });
  both.server.fail({.how = Failure::How::kClose});
  both.server.fail({.how = Failure::How::kClose, .work = Failure::Work::kDone});
  both.post("x");
  EXPECT_EQ(done, 0);
  both.post("x");
  EXPECT_EQ(done, 1);
}

TEST(FakeServer, AnswersLate) {
  Both both;
  both.server.fail({.how = Failure::How::kLate, .delay = 80ms});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(both.post("x").body, "POST /a x");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 80ms);
}

TEST(FakeServer, ClosesIdleConnectionsAndTheClientComesBack) {
  Both both({.idle_timeout = 20ms});
  EXPECT_EQ(both.post("x").status, 200U);
  EXPECT_TRUE(becomes_true([&] { return both.server.counters().open == 0; }));
  both.server.set_idle_timeout(60s);
  EXPECT_EQ(both.post("x").status, 200U);
  both.server.close_idle();
  EXPECT_TRUE(becomes_true([&] { return both.server.counters().open == 0; }));
  EXPECT_EQ(both.server.counters().connections, 2U);
}

TEST(FakeServer, IsGoneBetweenStopAndStart) {
  Both both;
  const auto port = both.server.port();
  EXPECT_EQ(both.post("x").status, 200U);
  both.server.stop();
  EXPECT_NE(both.post("x").transport, Transport::kOk);
  EXPECT_EQ(both.post("x").transport, Transport::kRefused);
  both.server.start();
  EXPECT_EQ(both.server.port(), port);
  EXPECT_EQ(both.post("x").status, 200U);
}

TEST(FakeServer, StopEndsWhatIsUnderWay) {
  Both both({}, [](const Request&) { return Answer{.delay = 1h}; });
  std::promise<Transport> outcome;
  both.client.send({.method = "GET", .url = both.server.url()},
                   [&](const net::ClientResponse& r) { outcome.set_value(r.transport); });
  ASSERT_TRUE(becomes_true([&] { return both.server.counters().in_flight == 1; }));
  both.server.stop();
  EXPECT_EQ(outcome.get_future().get(), Transport::kReset);
}

TEST(FakeServer, CountsWhatRunsAtOnceAndKeepsTheLastRequests) {
  Both both({.keep_requests = 2}, [](const Request&) { return Answer{.delay = 30ms}; });
  std::vector<std::promise<void>> done(3);
  for (std::size_t i = 0; i < done.size(); ++i) {
    both.client.send({.method = "POST", .url = both.server.url(), .body = std::to_string(i)},
                     [&, i](const net::ClientResponse&) { done[i].set_value(); });
  }
  for (auto& one : done) one.get_future().wait();
  EXPECT_EQ(both.server.counters().peak_in_flight, 3U);
  EXPECT_EQ(both.server.requests().size(), 2U);
  both.server.reset_counters();
  EXPECT_EQ(both.server.counters().requests, 0U);
}

}  // namespace
}  // namespace sluice::fakes
