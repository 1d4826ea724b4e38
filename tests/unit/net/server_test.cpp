// Server: answers, threads, keep-alive, stopping.
#include "net/server.hpp"

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

TEST(Server, AnswersAndKeepsTheConnection) {
  RunningServer server;
  server.echo("POST", "/echo");
  server.start();
  auto socket = server.connect();
  for (const char* body : {"one", "", "three"}) {
    socket.send(post("/echo", body));
    const auto answer = socket.read_message();
    EXPECT_TRUE(has(answer, "HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(has(answer, "Content-Type: text/plain\r\n")) << answer;
    EXPECT_TRUE(has(answer, " GMT\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with(std::string("\r\n\r\n") + body)) << answer;
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer server;
  server.echo("POST", "/worker");
  server.echo("POST", "/io", {.runs_on = RunsOn::kIo});
  server.start();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += post(i % 2 == 0 ? "/worker" : "/io", "body " + std::to_string(i));
  }
  auto socket = server.connect();
  socket.send(requests);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(socket.read_message().ends_with("\r\n\r\nbody " + std::to_string(i)));
  }
}

TEST(Server, HandlersSeeTheWholeRequest) {
  RunningServer server;
  std::promise<Request> seen;
  server.route("PUT", "/a/{id}", [&](const ExchangePtr& exchange) {
    seen.set_value(exchange->request());
    exchange->respond(json_response(201, "{}"));
  });
  server.start();
  const auto answer = server.tell(
      "PUT /a/x%20y?q=1 HTTP/1.1\r\nHost: t\r\nX-Some: thing\r\nConnection: close\r\n"
      "Content-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(has(answer, "201 Created")) << answer;
  EXPECT_TRUE(has(answer, "Connection: close")) << answer;
  const auto request = seen.get_future().get();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a/x%20y?q=1");
  EXPECT_EQ(request.path, "/a/x%20y");
  EXPECT_EQ(request.query, "q=1");
  EXPECT_EQ(request.param("id"), "x y");
  EXPECT_EQ(request.header("x-some"), "thing");
  EXPECT_EQ(request.body, "hi");
  EXPECT_EQ(request.remote_address, "127.0.0.1");
}

TEST(Server, AnswersHeadWithoutBody) {
  RunningServer server;
  server.route("GET", "/a", [](const ExchangePtr& exchange) {
    exchange->respond(json_response(200, R"({"a":1})"));
  });
  server.start();
  const auto answer = server.tell("HEAD /a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(answer, "Content-Length: 7\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Server, SpeaksHttpOneZero) {
  RunningServer server;
  server.echo("GET", "/a");
  server.start();
  EXPECT_TRUE(has(server.tell("GET /a HTTP/1.0\r\n\r\n"), "Connection: close\r\n"));
  auto socket = server.connect();
  socket.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(socket.read_message(), "Connection: keep-alive\r\n"));
}

TEST(Server, KeepsGoodRequestIdsAndReplacesOthers) {
  RunningServer server;
  server.echo("GET", "/a");
  server.start();
  const auto ask = [&](const std::string& id) {
    return server.tell(get("/a", "X-Request-ID: " + id + "\r\nConnection: close\r\n"));
  };
  EXPECT_TRUE(has(ask("abc-1 ~"), "X-Request-ID: abc-1 ~\r\n"));
  EXPECT_TRUE(has(ask(std::string(128, 'x')), "X-Request-ID: " + std::string(128, 'x') + "\r\n"));
  for (const auto& bad : {std::string(129, 'x'), std::string("a\x80"), std::string()}) {
    const auto answer = ask(bad);
    const auto at = answer.find("X-Request-ID: ");
    ASSERT_NE(at, std::string::npos);
    const auto id = answer.substr(at + 14, answer.find('\r', at) - at - 14);
    EXPECT_NE(id, bad);
    EXPECT_GE(id.size(), 16U);
  }
}

TEST(Server, AnswersWhenTheHandlerDoesNot) {
  RunningServer server;
  server.route("GET", "/drop", [](const ExchangePtr&) {});
  server.route("GET", "/throw", [](const ExchangePtr&) { throw std::runtime_error("inside"); });
  server.route("GET", "/odd",
               [](const ExchangePtr& exchange) { exchange->respond({.status = 7}); });
  server.start();
  auto socket = server.connect();
  for (const char* path : {"/drop", "/throw", "/odd"}) {
    socket.send(get(path));
    const auto answer = socket.read_message();
    EXPECT_TRUE(has(answer, "HTTP/1.1 500 ")) << answer;
    EXPECT_TRUE(has(answer, "{\"detail\":\"")) << answer;
    EXPECT_FALSE(has(answer, "inside")) << answer;
  }
}

TEST(Server, TakesOneAnswerFromAnyThread) {
  RunningServer server;
  std::vector<std::thread> threads;
  server.route("GET", "/later",
               [&](const ExchangePtr& exchange) {
                 threads.emplace_back([exchange] {
                   std::this_thread::sleep_for(milliseconds(5));
                   exchange->respond(json_response(200, "1"));
                   exchange->respond(json_response(200, "2"));
                 });
               },
               {.runs_on = RunsOn::kIo});
  server.start();
  auto socket = server.connect();
  for (int i = 0; i < 3; ++i) {
    socket.send(get("/later"));
    EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\n1"));
  }
  for (auto& thread : threads) thread.join();
}

TEST(Server, LeavesOutHeadersThatWouldBreakTheAnswer) {
  RunningServer server;
  server.route("GET", "/a", [](const ExchangePtr& exchange) {
    exchange->respond(
        {.status = 204,
         .content_type = {},
         .body = "never sent",
         .headers = {{"X-Good", "a\r\nX-Bad: b"}, {"Bad name", "c"}, {"content-length", "9"}}});
  });
  server.start();
  const auto answer = server.tell(get("/a", "Connection: close\r\n"));
  EXPECT_TRUE(has(answer, "X-Good: a  X-Bad: b\r\n")) << answer;
  EXPECT_FALSE(has(answer, "Bad name")) << answer;
  EXPECT_FALSE(has(answer, "ontent-")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Server, ReportsEveryAnswer) {
  std::mutex mutex;
  std::string log;
  ServerOptions options;
  options.on_done = [&](const RequestLog& done) {
    const std::scoped_lock lock(mutex);
    EXPECT_GE(done.seconds, 0);
    EXPECT_LT(done.seconds, 10);
    EXPECT_FALSE(done.request_id.empty());
    log += std::string(done.method) + " " + std::string(done.route) + " " +
           std::to_string(done.status) + "\n";
  };
  RunningServer server(options);
  server.echo("GET", "/a/{id}");
  server.start();
  server.tell(get("/a/1") + get("/nowhere") + "rubbish\r\n\r\n");
  server.server().stop(Steady::now());
  EXPECT_EQ(log, "GET /a/{id} 200\nGET  404\n  400\n");
}

TEST(Server, AsksForAdmissionBeforeTheBody) {
  ServerOptions options;
  options.admit = [](const Request& request, const RouteOptions& route) -> std::optional<Response> {
    EXPECT_TRUE(request.body.empty());
    if (!route.needs_token || request.header("Authorization") == "Bearer x") return std::nullopt;
    return error_response(401, "A token is needed.");
  };
  RunningServer server(options);
  server.echo("POST", "/open");
  server.echo("POST", "/closed", {.needs_token = true});
  server.start();
  auto socket = server.connect();
  socket.send(post("/open", "a") + post("/closed", "b") +
              post("/closed", "c", "Authorization: Bearer x\r\n"));
  EXPECT_TRUE(has(socket.read_message(), " 200 "));
  EXPECT_TRUE(has(socket.read_message(), " 401 "));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nc"));
}

TEST(Server, HoldsOffAllButWhatIsEarly) {
  std::atomic<bool> is_open = false;
  ServerOptions options;
  options.hold_off = [&](const RouteOptions* route) -> std::optional<Response> {
    if (is_open || (route && route->is_early)) return std::nullopt;
    return error_response(503, "Not yet.");
  };
  RunningServer server(options);
  server.echo("POST", "/early", {.is_early = true});
  server.echo("POST", "/late");
  server.start();
  auto socket = server.connect();
  socket.send(post("/early", "a") + post("/late", "b") + get("/late") + get("/nowhere"));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\na"));
  for (int held = 0; held < 3; ++held) EXPECT_TRUE(has(socket.read_message(), " 503 "));
  is_open = true;
  socket.send(post("/late", "c") + get("/late") + get("/nowhere"));
  EXPECT_TRUE(socket.read_message().ends_with("\r\n\r\nc"));
  EXPECT_TRUE(has(socket.read_message(), " 405 "));
  EXPECT_TRUE(has(socket.read_message(), " 404 "));
}

TEST(Server, SaysWhyItCannotListen) {
  RunningServer first;
  first.start();
  const auto start = [&](const std::string& listen) {
    ServerOptions options;
    options.listen = listen;
    Server server(first.loop, options, first.router, first.workers);
    return server.start();
  };
  const std::string taken = "127.0.0.1:" + std::to_string(first.port());
  const auto busy = start(taken);
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().fault, Fault::kBusy);
  EXPECT_EQ(busy.error().message, "The server cannot listen on \"" + taken +
                                      "\": another process has the port. Stop it or choose "
                                      "another port.");
  for (const char* bad :
       {"", "8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "192.0.2.1:0"}) {
    const auto refused = start(bad);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().fault, Fault::kConfig) << bad;
  }
  EXPECT_TRUE(start("localhost:0").ok());
}

TEST(Server, StopLetsRequestsFinish) {
  RunningServer server;
  std::promise<void> entered;
  std::promise<void> release;
  server.route("GET", "/slow", [&](const ExchangePtr& exchange) {
    entered.set_value();
    release.get_future().wait();
    exchange->respond(json_response(200, "done"));
  });
  server.start();
  auto idle = server.connect();
  auto busy = server.connect();
  busy.send(get("/slow"));
  entered.get_future().wait();
  auto stopped = std::async(
      std::launch::async, [&] { server.server().stop(Steady::now() + std::chrono::seconds(10)); });
  EXPECT_EQ(idle.read_to_end(), "");
  release.set_value();
  const auto answer = busy.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("done")) << answer;
  EXPECT_EQ(stopped.wait_for(kPatience), std::future_status::ready);
}

TEST(Server, StopKeepsItsDeadlineAndLateAnswersGoNowhere) {
  ExchangePtr kept;
  std::promise<void> entered;
  {
    RunningServer server;
    server.route("GET", "/never", [&](const ExchangePtr& exchange) {
      kept = exchange;
      entered.set_value();
    });
    server.start();
    auto socket = server.connect();
    socket.send(get("/never"));
    entered.get_future().wait();
    server.server().stop(Steady::now() + milliseconds(20));
    EXPECT_EQ(socket.read_to_end(), "");
  }
  kept->respond(json_response(200, "too late"));  // the loop is gone as well
  EXPECT_EQ(kept->request().path, "/never");
}

TEST(Server, StopAcceptingLeavesOpenConnections) {
  RunningServer server;
  server.echo("POST", "/echo");
  server.start();
  auto socket = server.connect();
  socket.send(post("/echo", "a"));
  socket.read_message();
  server.server().stop_accepting();
  socket.send(post("/echo", "b"));
  EXPECT_TRUE(socket.read_message().ends_with("b"));
  Client client(server.loop);
  EXPECT_EQ(client.fetch({.url = server.url("/echo")}).transport, Transport::kRefused);
}

TEST(Server, MakesRoomByClosingIdleConnectionsWhenFull) {
  ServerOptions options;
  options.max_connections = 2;
  RunningServer server(options);
  server.echo("POST", "/echo");
  server.start();
  auto first = server.connect();
  auto second = server.connect();
  auto third = server.connect();
  third.send(post("/echo", "x", "Connection: close\r\n"));
  EXPECT_TRUE(third.read_to_end().ends_with("x"));
}

TEST(Server, RoutesComeAndGoUnderLoad) {
  RunningServer server;
  server.echo("POST", "/stays");
  server.start();
  std::atomic<bool> is_over = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      auto socket = server.connect();
      while (!is_over) {
        socket.send(post("/stays", "x") + post("/comes", "y"));
        EXPECT_TRUE(has(socket.read_message(), " 200 "));
        const auto answer = socket.read_message();
        EXPECT_TRUE(has(answer, " 200 ") || has(answer, " 404 ") || has(answer, " 503 ")) << answer;
      }
    });
  }
  for (int round = 0; round < 100; ++round) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    const auto id =
        server.route("POST", "/comes", [raw = alive.get()](const ExchangePtr& exchange) {
          EXPECT_TRUE(*raw);
          exchange->respond(json_response(200, "{}"));
        });
    std::this_thread::sleep_for(milliseconds(1));
    EXPECT_TRUE(server.router.remove_and_wait(id));
    *alive = false;
  }
  is_over = true;
  for (auto& caller : callers) caller.join();
}

TEST(Server, SurvivesClientsThatVanish) {
  RunningServer server;
  server.route("GET", "/slow", [](const ExchangePtr& exchange) {
    std::this_thread::sleep_for(milliseconds(1));
    exchange->respond({.status = 200, .content_type = {}, .body = std::string(1 << 20, 'x')});
  });
  server.echo("POST", "/echo");
  server.start();
  for (int i = 0; i < 20; ++i) {
    auto socket = server.connect();
    socket.send(i % 2 == 0 ? get("/slow") : post("/echo", "abc").substr(0, 60));
    socket.reset();
  }
  EXPECT_TRUE(has(server.tell(post("/echo", "x", "Connection: close\r\n")), " 200 "));
}

}  // namespace
}  // namespace sluice::net
