// Bytes on the wire that no client sends: broken, slow, endless.
#include "support/raw_connection.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <memory>
#include <random>
#include <vector>

namespace sluice::testing {
namespace {

class HostileWire : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  void TearDown() override {
    ASSERT_TRUE(host_.process().is_running()) << host_.process().err();
    EXPECT_EQ(host_.http().get("/health/ready").status, 200U);
  }
  unsigned short port() { return host_.http().port(); }

  TestHost host_;
};

TEST_F(HostileWire, GivesUpOnHeadersThatDoNotCome) {
  constexpr auto kHeaderTimeout = seconds(10);
  const RawConnection connection(port());
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(connection.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "));

  const std::string answer = connection.receive_all(kHeaderTimeout + patient(seconds(5)));

  EXPECT_EQ(status_of(answer), 408U) << answer;
  EXPECT_GE(std::chrono::steady_clock::now() - began, kHeaderTimeout - seconds(1));
}

TEST_F(HostileWire, RefusesWhatIsNotHttp) {
  for (const std::string bytes :
       {"\r\n\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const unsigned status = status_of(exchange(port(), bytes));
    EXPECT_TRUE(status == 0 || (status >= 400 && status < 600)) << bytes << ": " << status;
  }
}

TEST_F(HostileWire, RefusesHeadersWithoutEnd) {
  const std::string header = "X-Long: " + std::string(20 * 1024, 'a') + "\r\n";
  EXPECT_EQ(status_of(exchange(port(), "GET / HTTP/1.1\r\nHost: a\r\n" + header + "\r\n")), 431U);
}

TEST_F(HostileWire, AnswersPipelinedRequestsInOrder) {
  const std::string one = "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Request-ID: one\r\n\r\n";
  const std::string two =
      "GET /nowhere HTTP/1.1\r\nHost: a\r\nX-Request-ID: two\r\nConnection: close\r\n\r\n";
  const std::string answer = exchange(port(), one + two);
  const auto first = answer.find("one");
  const auto second = answer.find("two");
  ASSERT_NE(first, std::string::npos) << answer;
  ASSERT_NE(second, std::string::npos) << answer;
  EXPECT_LT(first, second);
}

TEST_F(HostileWire, OutlivesConnectionsThatSayNothing) {
  std::vector<std::unique_ptr<RawConnection>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<RawConnection>(port()));
  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
  for (const auto& connection : silent) connection->send("POST /api/search HTTP/1.1\r\n");
  silent.clear();
  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
}

TEST_F(HostileWire, OutlivesClientsThatLeaveInTheMiddle) {
  const std::string request =
      "POST /api/webhook/firecrawl HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n{\"id\":";
  for (int i = 0; i < 200; ++i) RawConnection(port()).send(request);
  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
}

TEST_F(HostileWire, OutlivesNoise) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    std::string noise(1 + random() % 400, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    if (i % 2 == 0) noise = "POST /api/search HTTP/1.1\r\nHost: a\r\n" + noise + "\r\n\r\n";
    RawConnection(port()).send(noise);
  }
  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
}

TEST_F(HostileWire, KeepsPathsToItself) {
  for (const char* path :
       {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/api//search", "/%00",
        "/%zz", "/api/crawls/%2F", "/api/crawls/..%2f..%2fx"}) {
    const std::string request =
        std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const std::string answer = exchange(port(), request);
    const unsigned status = status_of(answer);
    EXPECT_TRUE(status >= 400 && status < 500) << path << ": " << answer;
    EXPECT_EQ(answer.find("root:"), std::string::npos) << path;
  }
}

// The limit that is lower unless somebody raises it, for what is started meanwhile.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit few{most, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(IdleClients, TakeNoFilesFromTheHost) {
  constexpr rlim_t kFew = 128;
  TestHost host;
  {
    const FewDescriptors few(kFew);
    host.start();
  }
  rlimit raised{};
  ASSERT_EQ(prlimit(host.process().pid(), RLIMIT_NOFILE, nullptr, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, raised.rlim_max);

  std::vector<std::unique_ptr<RawConnection>> idle;
  for (rlim_t i = 0; i < 2 * kFew; ++i) {
    idle.push_back(std::make_unique<RawConnection>(host.http().port()));
  }
  const TestPage page = PageMaker("idle").make();
  EXPECT_EQ(deliver(host.http(), Crawl("idle").page(page)).status, 202U);
  EXPECT_TRUE(eventually([&] { return host.finds_one(page.word); })) << host.process().err();
}

}  // namespace
}  // namespace sluice::testing
