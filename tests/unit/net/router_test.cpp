// Router: precedence, methods, conflicts, removal.
#include "net/router.hpp"

#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

namespace sluice::net {
namespace {

Handler nothing() {
  return [](const ExchangePtr&) {};
}

Result<RouteId> add(Router& router, const std::string& method, const std::string& pattern,
                    const std::string& owner = "test") {
  return router.add(method, pattern, {.owner = owner}, nothing());
}

// The pattern that answers, or "404", or "405 <allow>".
std::string find(const Router& router, const std::string& method,
                 const std::vector<std::string>& segments) {
  const auto match = router.match(method, segments);
  if (match.route) return match.route->method() + " " + match.route->pattern();
  return match.allow.empty() ? "404" : "405 " + match.allow;
}

TEST(Router, TextBeatsParameterBeatsRest) {
  Router router;
  for (const char* pattern : {"/{all...}", "/a/{x}", "/a/b", "/a/{x}/c", "/a/b/{rest...}"}) {
    ASSERT_TRUE(add(router, "GET", pattern).ok()) << pattern;
  }
  EXPECT_EQ(find(router, "GET", {"a", "b"}), "GET /a/b");
  EXPECT_EQ(find(router, "GET", {"a", "z"}), "GET /a/{x}");
  EXPECT_EQ(find(router, "GET", {"a", "z", "c"}), "GET /a/{x}/c");
  EXPECT_EQ(find(router, "GET", {"a", "b", "c"}), "GET /a/b/{rest...}");
  EXPECT_EQ(find(router, "GET", {"a", "z", "d"}), "GET /{all...}");
  EXPECT_EQ(find(router, "GET", {""}), "GET /{all...}");
}

TEST(Router, GivesParametersByName) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/api/{kind}/{id}").ok());
  ASSERT_TRUE(add(router, "*", "/v2/{rest...}").ok());
  using Params = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(router.match("GET", {"api", "crawls", "7"}).params,
            (Params{{"kind", "crawls"}, {"id", "7"}}));
  EXPECT_EQ(router.match("PUT", {"v2", "a", "", "b"}).params, (Params{{"rest", "a//b"}}));
  EXPECT_EQ(router.match("PUT", {"v2", ""}).params, (Params{{"rest", ""}}));
}

TEST(Router, ParameterIsNeverEmptyAndRestNeedsItsSlash) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/api/{id}").ok());
  ASSERT_TRUE(add(router, "GET", "/v2/{rest...}").ok());
  EXPECT_EQ(find(router, "GET", {"api", ""}), "404");
  EXPECT_EQ(find(router, "GET", {"api"}), "404");
  EXPECT_EQ(find(router, "GET", {"v2"}), "404");
}

TEST(Router, TellsUnknownPathFromUnknownMethod) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/a").ok());
  ASSERT_TRUE(add(router, "DELETE", "/a").ok());
  EXPECT_EQ(find(router, "PUT", {"a"}), "405 DELETE, GET, HEAD");
  EXPECT_EQ(find(router, "PUT", {"b"}), "404");
}

TEST(Router, TakesTheLessSpecificPatternWhenOnlyItHasTheMethod) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/content/by-url").ok());
  ASSERT_TRUE(add(router, "DELETE", "/content/{id}").ok());
  EXPECT_EQ(find(router, "DELETE", {"content", "by-url"}), "DELETE /content/{id}");
  EXPECT_EQ(find(router, "POST", {"content", "by-url"}), "405 DELETE, GET, HEAD");
}

TEST(Router, NamedMethodBeatsAnyMethod) {
  Router router;
  ASSERT_TRUE(add(router, "*", "/a").ok());
  ASSERT_TRUE(add(router, "POST", "/a").ok());
  EXPECT_EQ(find(router, "POST", {"a"}), "POST /a");
  EXPECT_EQ(find(router, "BREW", {"a"}), "* /a");
}

TEST(Router, GetAnswersHeadUnlessHeadHasItsOwn) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/a").ok());
  ASSERT_TRUE(add(router, "*", "/a").ok());
  EXPECT_EQ(find(router, "HEAD", {"a"}), "GET /a");
  ASSERT_TRUE(add(router, "HEAD", "/a").ok());
  EXPECT_EQ(find(router, "HEAD", {"a"}), "HEAD /a");
}

TEST(Router, NamesBothOwnersOfOnePlace) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/api/{id}", "crawl").ok());
  const auto second = add(router, "GET", "/api/{name}", "words");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().fault, Fault::kExists);
  EXPECT_EQ(second.error().message,
            "The route GET /api/{name} of words is taken: crawl has GET /api/{id}. Give one of "
            "them another path.");
  EXPECT_TRUE(add(router, "POST", "/api/{name}", "words").ok());
}

TEST(Router, RefusesBadPatternsAndMethods) {
  Router router;
  for (const char* pattern : {"", "a", "/{", "/}", "/{}", "/{...}", "/a{b}", "/{b}c", "/{a}{b}",
                              "/{A}", "/{a...}/b", "/{a}/{a}"}) {
    const auto added = add(router, "GET", pattern);
    ASSERT_FALSE(added.ok()) << pattern;
    EXPECT_EQ(added.error().fault, Fault::kInvalid);
    EXPECT_NE(added.error().message.find("\"" + std::string(pattern) + "\" cannot be used: "),
              std::string::npos);
  }
  EXPECT_FALSE(add(router, "get", "/a").ok());
  EXPECT_FALSE(add(router, "", "/a").ok());
  EXPECT_TRUE(router.routes().empty());
}

TEST(Router, ListsRoutesByPattern) {
  Router router;
  ASSERT_TRUE(add(router, "POST", "/b", "two").ok());
  ASSERT_TRUE(add(router, "GET", "/b", "two").ok());
  ASSERT_TRUE(add(router, "GET", "/a", "one").ok());
  std::string list;
  for (const auto& info : router.routes()) {
    list += info.method + " " + info.pattern + " " + info.options.owner + "\n";
  }
  EXPECT_EQ(list, "GET /a one\nGET /b two\nPOST /b two\n");
}

TEST(Router, RemovedRouteIsGoneAndItsPlaceFree) {
  Router router;
  const auto id = add(router, "GET", "/a");
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(router.remove(*id));
  EXPECT_FALSE(router.remove(*id));
  EXPECT_FALSE(router.remove_and_wait(*id));
  EXPECT_EQ(find(router, "GET", {"a"}), "404");
  EXPECT_TRUE(add(router, "GET", "/a").ok());
}

TEST(Router, AnswersBusyWhenRemovedBetweenMatchAndRun) {
  Router router;
  const auto id = add(router, "GET", "/a");
  ASSERT_TRUE(id.ok());
  const auto match = router.match("GET", {"a"});
  router.remove(*id);
  unsigned status = 0;
  std::string after;
  match.route->run(std::make_shared<Exchange>(Request{}, [&](const Response& response) {
    status = response.status;
    after = *find_header(response.headers, "retry-after");
  }));
  EXPECT_EQ(status, 503U);
  EXPECT_EQ(after, "1");
}

TEST(Router, ExchangesRoutesSoThatARequestFindsTheOldOrTheNew) {
  Router router;
  const auto old = add(router, "GET", "/a", "old");
  ASSERT_TRUE(old.ok());
  const auto match = router.match("GET", {"a"});  // and runs only after the exchange
  bool ran = false;
  const auto ids = router.exchange(
      {*old}, {{"GET", "/a", {.owner = "new"}, [&](const ExchangePtr&) { ran = true; }}});
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(router.match("GET", {"a"}).route->options().owner, "new");
  match.route->run(std::make_shared<Exchange>(Request{}, [](const Response&) {}));
  EXPECT_TRUE(ran);
}

TEST(Router, AnExchangeThatCannotBeChangesNothing) {
  Router router;
  const auto mine = add(router, "GET", "/mine", "mine");
  ASSERT_TRUE(mine.ok() && add(router, "GET", "/theirs", "theirs").ok());
  const auto ids =
      router.exchange({*mine}, {{"GET", "/new", {}, nothing()}, {"GET", "/theirs", {}, nothing()}});
  ASSERT_FALSE(ids.ok());
  EXPECT_EQ(ids.error().fault, Fault::kExists);
  EXPECT_EQ(router.match("GET", {"mine"}).route->options().owner, "mine");
  EXPECT_EQ(find(router, "GET", {"new"}), "404");
}

TEST(Router, AnswersForHandlersThatThrow) {
  Router router;
  ASSERT_TRUE(router.add("GET", "/a", {}, [](const ExchangePtr&) { throw 1; }).ok());
  Response answer;
  router.match("GET", {"a"})
      .route->run(std::make_shared<Exchange>(Request{},
                                             [&](const Response& response) { answer = response; }));
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.body, R"({"detail":"The server failed on this request; its log says why."})");
}

TEST(Router, RemoveAndWaitWaitsForTheHandlerAndDestroysIt) {
  Router router;
  std::promise<void> entered;
  std::promise<void> release;
  const auto captured = std::make_shared<int>(0);
  std::atomic<bool> has_left = false;
  const auto id = router.add("GET", "/a", {}, [&, captured](const ExchangePtr&) {
    entered.set_value();
    release.get_future().wait();
    has_left = true;
  });
  ASSERT_TRUE(id.ok());
  const auto route = router.match("GET", {"a"}).route;
  WorkerPool pool("test", 2);
  pool.post([&] { route->run(std::make_shared<Exchange>(Request{}, [](const Response&) {})); });
  entered.get_future().wait();
  std::promise<bool> removed;
  auto is_removed = removed.get_future();
  pool.post([&] {
    router.remove_and_wait(*id);
    removed.set_value(has_left);
  });
  EXPECT_EQ(is_removed.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  release.set_value();
  EXPECT_TRUE(is_removed.get());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Router, ServesWhileRoutesComeAndGo) {
  Router router;
  ASSERT_TRUE(add(router, "GET", "/stays").ok());
  std::atomic<bool> is_over = false;
  std::atomic<int> calls = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!is_over) {
        std::this_thread::yield();  // a free mutex is worth more than another lap
        EXPECT_NE(router.match("GET", {"stays"}).route, nullptr);
        EXPECT_EQ(router.routes().back().pattern, "/stays");
        const auto match = router.match("GET", {"comes"});
        if (!match.route) continue;
        match.route->run(std::make_shared<Exchange>(Request{}, [](const Response&) {}));
      }
    });
  }
  // A hundred rounds; more on a machine so busy that no caller has met the route by then.
  for (int round = 0; round < 100 || (calls == 0 && round < 100'000); ++round) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    const auto id =
        router.add("GET", "/comes", {}, [&calls, raw = alive.get()](const ExchangePtr&) {
          EXPECT_TRUE(*raw);
          ++calls;
        });
    ASSERT_TRUE(id.ok());
    std::this_thread::yield();
    ASSERT_TRUE(router.remove_and_wait(*id));
    *alive = false;  // and freed: the sanitizers see a handler that still runs
  }
  is_over = true;
  for (auto& caller : callers) caller.join();
  EXPECT_GT(calls, 0);
}

}  // namespace
}  // namespace sluice::net
