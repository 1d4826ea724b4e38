// /v2/*: answers of Firecrawl's are passed on while they come.
#include "fakes/server/server.hpp"
#include "net/raw_socket.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sluice::testing {
namespace {

using fakes::BodySource;
using net::test::RawSocket;
using Send = std::function<bool(std::string_view)>;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

// A Firecrawl that answers every request with one body, made while it is sent, and a host in front
// of it.
class Relayed {
 public:
  explicit Relayed(fakes::Answer answer, const std::string& more = {})
      : firecrawl_([answer = std::move(answer)](const fakes::Request&) { return answer; }),
        host_({.source_config =
                   ", api_url: \"" + firecrawl_.url() + "\", proxy_without_token: true" + more}) {
    host_.start();
  }

  // Asks, and reads the head.
  RawSocket ask(const std::string& target, std::string* head = nullptr) {
    RawSocket socket = ask_only(target);
    const std::string read = socket.read_until("\r\n\r\n");
    if (head != nullptr) *head = read;
    return socket;
  }
  RawSocket ask_only(const std::string& target) {
    RawSocket socket(host_.http().port());
    socket.send("GET " + target + " HTTP/1.1\r\nHost: sluice.example:8080\r\n\r\n");
    return socket;
  }
  fakes::HttpServer& firecrawl() { return firecrawl_; }
  TestHost& host() { return host_; }

 private:
  fakes::HttpServer firecrawl_;
  TestHost host_;
};

fakes::Answer answer_of(std::function<BodySource::End(const Send&)> run,
                        const std::string& type = "application/json") {
  return {.source = {.run = std::move(run)}, .content_type = type};
}

// A body without an end, until nobody takes it any more.
fakes::Answer endless() {
  return answer_of([](const Send& send) {
    const auto until = std::chrono::steady_clock::now() + patient(seconds(30));
    while (send("a part") && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(milliseconds(20));
    }
    return BodySource::End::kBroken;
  });
}

bool comes_true(std::atomic<bool>& flag) {
  return eventually([&] { return flag.load(); });
}

// Where a body of chunks is broken off, the last one is missing.
bool is_whole(const std::string& chunks) { return chunks.ends_with("\r\n0\r\n\r\n"); }

TEST(ProxyStream, PassesTheFirstBytesOnBeforeTheLastAreSent) {
  std::atomic<bool> has_first = false;
  std::atomic<bool> was_in_time = false;
  Relayed relayed(answer_of([&](const Send& send) {
    send(R"({"a":"first","next":"https://fc.inter)");
    was_in_time = comes_true(has_first);
    send(R"(nal/v2/crawl/c-1?skip=2"})");
    return BodySource::End::kWhole;
  }));
  std::string head;
  RawSocket socket = relayed.ask("/v2/crawl/c-1", &head);
  EXPECT_NE(head.find("Transfer-Encoding: chunked"), std::string::npos) << head;
  EXPECT_NE(head.find("Content-Type: application/json"), std::string::npos) << head;
  EXPECT_NE(socket.read_until("first").find("first"), std::string::npos);
  has_first = true;
  std::string rest = socket.read_to_last_chunk();
  EXPECT_TRUE(was_in_time);
  EXPECT_NE(rest.find(R"("next":"http://sluice.example:8080/v2/crawl/c-1?skip=2"})"),
            std::string::npos)
      << rest;
  socket.send("GET /v2/other HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(socket.read_until("first").find("200 OK"), std::string::npos) << "kept open";
}

TEST(ProxyStream, KeepsTheLengthOfABodyThatItDoesNotLookInto) {
  fakes::Answer answer = answer_of(
      [](const Send& send) {
        send("hello ");
        send("world");
        return BodySource::End::kWhole;
      },
      "text/plain");
  answer.source.length = 11;
  Relayed relayed(std::move(answer));
  std::string head;
  RawSocket socket = relayed.ask("/v2/file", &head);
  EXPECT_NE(head.find("Content-Length: 11\r\n"), std::string::npos) << head;
  EXPECT_EQ(socket.read_bytes(11), "hello world");
}

// Several times the 64 MiB that the host takes of an answer that it keeps.
TEST(ProxyStream, PassesOnMoreThanItCouldHold) {
  // AddressSanitizer keeps 256 MiB of what was freed.
  constexpr bool kIsSanitized = SLUICE_PATIENCE > 1;
  constexpr std::size_t kParts = kIsSanitized ? 768 : 256;
  constexpr std::size_t kGrowth = kIsSanitized ? 384 : 32;
  Relayed relayed(answer_of([part = std::string(kMebibyte, 'x')](const Send& send) {
    for (std::size_t i = 0; i < kParts; ++i) send(part);
    return BodySource::End::kWhole;
  }));
  const std::size_t before = relayed.host().process().resident_mib();
  std::size_t most = before;
  RawSocket socket = relayed.ask("/v2/crawl/c-1");
  for (std::size_t received = 0; received < kParts * kMebibyte; received += 8 * kMebibyte) {
    ASSERT_EQ(socket.read_bytes(8 * kMebibyte).size(), 8 * kMebibyte);
    most = std::max(most, relayed.host().process().resident_mib());
  }
  EXPECT_TRUE(is_whole(socket.read_to_last_chunk()));
  RecordProperty("mib_before", static_cast<int>(before));
  RecordProperty("mib_at_most", static_cast<int>(most));
  EXPECT_LT(most, before + kGrowth) << "MiB, after " << before;
}

TEST(ProxyStream, LetsTheCallerSetThePace) {
  constexpr std::size_t kMost = 512 * kMebibyte;
  std::atomic<std::size_t> sent = 0;
  Relayed relayed(answer_of([&, part = std::string(kMebibyte / 4, 'x')](const Send& send) {
    while (sent < kMost && send(part)) sent += part.size();
    return BodySource::End::kBroken;
  }));
  RawSocket socket = relayed.ask("/v2/crawl/c-1");
  std::size_t held = 0;
  const bool has_stopped = eventually([&] {
    held = sent;
    std::this_thread::sleep_for(milliseconds(500));
    return held > 0 && sent == held;
  });
  EXPECT_TRUE(has_stopped);
  EXPECT_LT(held, 64 * kMebibyte) << "more than the buffers of two connections";
  EXPECT_EQ(socket.read_bytes(held).size(), held);
  EXPECT_TRUE(eventually([&] { return sent > held; })) << "who reads again gets more";
}

TEST(ProxyStream, ShowsThatFirecrawlBrokeOff) {
  const auto half = [](const Send& send) {
    send("half");
    return BodySource::End::kBroken;
  };
  {
    Relayed relayed(answer_of(half));
    const std::string body = relayed.ask("/v2/crawl/c-1").read_to_end();
    EXPECT_NE(body.find("half"), std::string::npos) << body;
    EXPECT_FALSE(is_whole(body)) << body;
  }
  fakes::Answer counted = answer_of(half, "text/plain");
  counted.source.length = 100;
  Relayed relayed(std::move(counted));
  EXPECT_EQ(relayed.ask("/v2/crawl/c-1").read_to_end(), "half");
}

TEST(ProxyStream, EndsASilentAnswerAfterTheTimeout) {
  std::promise<void> over;
  const std::shared_future<void> is_over = over.get_future().share();
  Relayed relayed(answer_of([is_over](const Send& send) {
                    send("a beginning");
                    is_over.wait_for(patient(seconds(30)));
                    return BodySource::End::kBroken;
                  }),
                  ", timeout: 1s");
  const std::string body = relayed.ask("/v2/crawl/c-1").read_to_end();
  over.set_value();
  EXPECT_NE(body.find("a beginning"), std::string::npos) << body;
  EXPECT_FALSE(is_whole(body)) << body;
}

TEST(ProxyStream, EndsTheRequestOfACallerWhoLeaves) {
  Relayed relayed(endless());
  {
    RawSocket socket = relayed.ask("/v2/crawl/c-1");
    socket.read_until("a part");
  }
  EXPECT_TRUE(eventually([&] { return relayed.firecrawl().counters().abandoned == 1; }));
}

TEST(ProxyStream, EndsTheRequestOfACallerWhoDoesNotWaitForTheHead) {
  Relayed relayed({.delay = std::chrono::hours(1)});
  {
    const RawSocket socket = relayed.ask_only("/v2/crawl/c-1");
    EXPECT_TRUE(eventually([&] { return relayed.firecrawl().counters().in_flight == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return relayed.firecrawl().counters().abandoned == 1; }));
}

TEST(ProxyStream, EndsWithTheHost) {
  Relayed relayed(endless());
  RawSocket socket = relayed.ask("/v2/crawl/c-1");
  socket.read_until("a part");
  EXPECT_EQ(relayed.host().stop(), 0);
  EXPECT_FALSE(is_whole(socket.read_to_end()));
  EXPECT_TRUE(eventually([&] { return relayed.firecrawl().counters().abandoned == 1; }));
}

}  // namespace
}  // namespace sluice::testing
