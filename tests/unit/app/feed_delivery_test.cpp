#include "app/feed_delivery.hpp"

#include "app/feed_events.hpp"
#include "webhook_server.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

net::ClientResponse answer(unsigned status, std::string body) {
  return {.status = status, .body = std::move(body)};
}

TEST(FeedDelivery, ReadsTheWebhooksAnswers) {
  EXPECT_EQ(judge(answer(202, R"({"status":"queued","queued_jobs":1})")).outcome,
            Outcome::kAccepted);
  EXPECT_EQ(judge(answer(200, R"({"status":"skipped"})")).outcome, Outcome::kSkipped);
  EXPECT_EQ(judge(answer(200, R"({"status":"no_documents"})")).outcome, Outcome::kSkipped);
  EXPECT_EQ(judge(answer(200, R"({"status":"acknowledged"})")).outcome, Outcome::kAccepted);
  EXPECT_EQ(judge(answer(204, "")).outcome, Outcome::kAccepted) << "another kind of receiver";
  EXPECT_EQ(judge(answer(503, "")).outcome, Outcome::kBusy);
  EXPECT_EQ(judge(answer(429, "")).outcome, Outcome::kBusy);
  EXPECT_EQ(judge({.transport = net::Transport::kRefused}).outcome, Outcome::kLost);
}

TEST(FeedDelivery, SaysWhyAPageWasNotTaken) {
  const auto failed = judge(
      answer(200, R"({"status":"failed","failed_documents":[{"index":0,"error":"no URL"}]})"));
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.detail, "no URL");
  EXPECT_EQ(judge(answer(200, R"({"status":"failed"})")).detail, "the host does not take the page");
  EXPECT_EQ(judge(answer(401, R"({"detail":"the signature is missing"})")).detail,
            "the host answered HTTP 401: the signature is missing");
  EXPECT_EQ(judge(answer(413, "<html>")).detail, "the host answered HTTP 413 Payload Too Large");
}

TEST(FeedDelivery, WaitsAsLongAsItIsAskedTo) {
  const auto wait = [](const char* value) {
    return wait_of({.status = 503, .headers = {{"retry-after", value}}}, seconds(30));
  };
  EXPECT_EQ(wait("0"), seconds(0));
  EXPECT_EQ(wait("5"), seconds(5));
  EXPECT_EQ(wait("86400"), seconds(30));
  EXPECT_EQ(wait("99999999999999999999999"), seconds(30));
  EXPECT_EQ(wait("-1"), seconds(1));
  EXPECT_EQ(wait("soon"), seconds(1));
  EXPECT_EQ(wait_of(answer(503, ""), seconds(30)), seconds(1));
}

TEST(FeedDelivery, SignsTheBytesItSends) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  net::EventLoop loop(1);
  net::Client client(loop);
  const WebhookSender sender(client, {.url = server.url(), .secret = "s3cret", .patience = {}});
  EXPECT_EQ(sender.send("{\"a\":1}", {}).outcome, Outcome::kAccepted);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].body, "{\"a\":1}");
  EXPECT_EQ(requests[0].header("X-Firecrawl-Signature"), signature_of("{\"a\":1}", "s3cret"));
}

TEST(FeedDelivery, WithoutASecretNothingIsSigned) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  net::EventLoop loop(1);
  net::Client client(loop);
  EXPECT_EQ(WebhookSender(client, {.url = server.url(), .secret = {}, .patience = {}})
                .try_send("{}")
                .outcome,
            Outcome::kAccepted);
  EXPECT_FALSE(server.requests().at(0).header("X-Firecrawl-Signature"));
}

TEST(FeedDelivery, SendsAgainWhileTheHostIsFull) {
  int calls = 0;
  WebhookServer server([&](const net::Request&) {
    if (++calls < 3) return net::Response{503, "application/json", "{}", {{"Retry-After", "0"}}};
    return net::json_response(202, "{}");
  });
  net::EventLoop loop(1);
  net::Client client(loop);
  const WebhookSender sender(client, {.url = server.url(), .secret = {}, .patience = seconds(20)});
  EXPECT_EQ(sender.send("{}", {}).outcome, Outcome::kAccepted);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(FeedDelivery, ItsPatienceEnds) {
  WebhookServer server([](const net::Request&) {
    return net::Response{503, "application/json", R"({"detail":"full"})", {{"Retry-After", "1"}}};
  });
  net::EventLoop loop(1);
  net::Client client(loop);
  const WebhookSender sender(client,
                             {.url = server.url(), .secret = {}, .patience = milliseconds(10)});
  const Delivered delivered = sender.send("{}", {});
  EXPECT_EQ(delivered.outcome, Outcome::kFailed);
  EXPECT_EQ(delivered.detail, "the host answered HTTP 503: full");
}

TEST(FeedDelivery, StopsWaitingWhenTold) {
  std::stop_source stop;
  stop.request_stop();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(pause(seconds(60), stop.get_token()));
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(30));
}

}  // namespace
}  // namespace sluice::app
