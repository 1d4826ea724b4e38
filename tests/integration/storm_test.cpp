// Ten thousand requests that mean no good, and clients that never come to the point.
#include "support/raw_connection.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <thread>

namespace sluice::testing {
namespace {

constexpr const char* kStormToken = "storm-token-93d1";

std::string noise(std::mt19937_64& random, std::size_t most) {
  std::string text(random() % (most + 1), '\0');
  for (char& c : text) c = static_cast<char>(33 + random() % 94);
  return text;
}

// One bad request; never a good one, since it has no token and no signature that fits.
Answer bad_request(Http& http, std::mt19937_64& random) {
  static const std::vector<std::string> kMethods = {"GET",   "POST", "PUT",     "DELETE",
                                                    "PATCH", "HEAD", "OPTIONS", "BREW"};
  static const std::vector<std::string> kPaths = {"/api/search",
                                                  "/api/index",
                                                  "/api/stats",
                                                  "/api/crawls/%2e%2e%2f",
                                                  "/api/content/by-url?url=",
                                                  "/api/dead-letters/99999999999999999999",
                                                  "/api/pipeline/reload",
                                                  "/v2/scrape",
                                                  "/api",
                                                  "/api/webhook/firecrawl",
                                                  "/../etc/passwd",
                                                  "//",
                                                  "/health/x",
                                                  "/api/openapi.json"};
  std::vector<net::Header> headers;
  if (random() % 2 == 0) headers.push_back({"Authorization", "Bearer " + noise(random, 40)});
  if (random() % 3 == 0) {
    headers.push_back({"X-Firecrawl-Signature", "sha256=" + noise(random, 70)});
  }
  if (random() % 10 == 0) headers.push_back({"X-Noise", noise(random, 10'000)});
  const std::string& method = kMethods[random() % kMethods.size()];
  std::string body = method == "GET" || method == "HEAD" ? "" : noise(random, 2000);
  if (random() % 50 == 0 && !body.empty()) body.append(200'000, 'x');
  return http.send(method, kPaths[random() % kPaths.size()], std::move(body), std::move(headers));
}

TEST(Storm, GetsNoFaultOfOursAndNoSecret) {
  TestHost host(
      {.top = std::string("api: {token: ") + kStormToken + "}\n", .http = ", max_body: 100KiB"});
  host.start();
  constexpr int kThreads = 4;
  constexpr int kEach = 2500;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(static_cast<uint64_t>(t) + 1);
      for (int i = 0; i < kEach; ++i) {
        const Answer answer = bad_request(host.http(), random);
        const bool shows_secret = answer.body.find(kStormToken) != std::string::npos ||
                                  answer.body.find(kSecret) != std::string::npos;
        if (answer.status < 200 || answer.status >= 500 || shows_secret) {
          if (wrong++ == 0) ADD_FAILURE() << answer;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);

  const TestPage page = PageMaker("storm").make();
  EXPECT_EQ(deliver(host.http(), Crawl("storm").page(page)).status, 202U);
  EXPECT_LT(host.process().resident_mib(), 400U * SLUICE_PATIENCE);
  EXPECT_EQ(host.stop(), 0);
  const std::string said = host.process().err() + host.process().out();
  EXPECT_EQ(said.find(kStormToken), std::string::npos);
  EXPECT_EQ(said.find(kSecret), std::string::npos);
}

// Clients that send a byte now and then, in the head or in the body.
class Dawdlers {
 public:
  Dawdlers(unsigned short port, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& one = connections_.emplace_back(std::make_unique<RawConnection>(port));
      one->send(i % 2 == 0
                    ? "POST /api/search HTTP/1.1\r\nHost: t\r\nX-Slow: "
                    : "POST /api/search HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n\r\n");
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        for (const auto& one : connections_) one->send("x");
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    });
  }

 private:
  std::vector<std::unique_ptr<RawConnection>> connections_;
  std::jthread thread_;
};

TEST(SlowClients, DoNotKeepGoodOnesFromTheirAnswers) {
  TestHost host;
  host.start();
  const TestPage page = PageMaker("slow").make();
  deliver(host.http(), Crawl("slow").page(page));
  ASSERT_TRUE(eventually([&] { return host.finds_one(page.word); }));
  const Dawdlers dawdlers(host.http().port(), 200);

  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 4; ++n) {
        if (host.search({{"query", page.word}, {"mode", "keyword"}}).status == 200) ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 200);
}

TEST(SlowClients, AreCutOff) {
  TestHost host;
  host.start();
  const RawConnection slow(host.http().port());
  slow.send("GET /health HTTP/1.1\r\nX-Slow: ");
  // Ten seconds for the headers, whether or not a byte comes now and then.
  const auto end = std::chrono::steady_clock::now() + patient(seconds(15));
  while (std::chrono::steady_clock::now() < end && slow.send("x")) {
    std::this_thread::sleep_for(milliseconds(100));
    if (host.metrics().sum("sluice_http_requests_total", {{"status", "408"}}) == 1) break;
  }
  EXPECT_EQ(status_of(slow.receive_all(patient(seconds(5)))), 408U);
}

}  // namespace
}  // namespace sluice::testing
