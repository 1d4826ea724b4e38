// The life of a crawl, as the webhook tells it to the pipeline.
#include "webhook_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

TEST_F(Webhook, OpensAndClosesCrawls) {
  for (const char* family : {"crawl", "batch_scrape"}) {
    for (const char* event : {"started", "completed", "cancelled", "failed"}) {
      for (const char* success : {"true", "false"}) {
        const std::string type = std::string(family) + "." + event;
        const Answer answer = post(R"({"success":)" + std::string(success) + R"(,"type":")" + type +
                                   R"(","id":"c-1","data":[],"error":"x"})");
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, R"({"status":"acknowledged","event_type":")" + type + "\"}");
        const std::string done =
            std::string(event) == "started" ? "open c-1" : "close c-1 " + std::string(event);
        EXPECT_EQ(pipeline.log.front(), done);
        pipeline.log.clear();
      }
    }
  }
}

TEST_F(Webhook, TakesThePagesOfACompletedEventBeforeItCloses) {
  pipeline.known = {"https://e.test/b"};
  const Answer answer = post(R"({"success":true,"type":"crawl.completed","jobId":"c-1","data":[)" +
                             document("a") + "," + document("b") + "," + document("d") + "," +
                             document("x", "x", "404") + R"(,{"markdown":"y"}]})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(
      answer.body,
      R"({"status":"acknowledged","event_type":"crawl.completed","pages_processed":2,"pages_skipped":1,)"
      R"("failed_documents":[{"index":4,"error":"the page has no URL"}]})");
  EXPECT_EQ(pipeline.takes, 1);
  EXPECT_EQ(pipeline.log.front(), "index c-1 https://e.test/a # Text");
  EXPECT_EQ(pipeline.log.back(), "close c-1 completed");
}

TEST_F(Webhook, TakesTheNestedPagesOfVersion0) {
  const Answer answer =
      post(R"({"success":true,"type":"crawl.completed","jobId":"c-1","data":[{"content":)" +
           document("a") + R"(,"source":"https://e.test/a"}]})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(pipeline.log, (Log{"index c-1 https://e.test/a # Text", "close c-1 completed",
                               "warn c-1 " + std::string(kAllCameLate)}));
}

TEST_F(Webhook, SaysWhyACrawlFailedOrThatItWasCancelled) {
  const std::string says = "warn c-1 Firecrawl says that the crawl ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("crawl.failed","error":"boom")", "failed: boom"},
      {R"("crawl.failed")", "failed and gives no reason"},
      {R"("batch_scrape.failed","error":{"message":"no credits"})", "failed: no credits"},
      {R"("crawl.cancelled")", "was cancelled"},
      {R"("crawl.cancelled","error":"by hand")", "was cancelled: by hand"}};
  for (const auto& [type, warning] : cases) {
    pipeline.log.clear();
    post(R"({"id":"c-1","success":false,"type":)" + type + "}");
    EXPECT_EQ(pipeline.log.back(), says + warning);
  }
  pipeline.log.clear();
  post(R"({"id":"c-1","success":false,"type":"crawl.completed","error":"x"})");
  EXPECT_EQ(pipeline.log.back(), "close c-1 completed");
}

TEST_F(Webhook, HasThePagesFetchedOfACrawlThatClosesWithoutThem) {
  std::vector<std::string> closed;
  settings.closed = [&](const std::string& job_id) { closed.push_back(job_id); };
  post(R"({"type":"crawl.started","id":"c-1","data":[]})");
  post(R"({"type":"crawl.completed","id":"c-1","data":[]})");
  post(R"({"type":"crawl.cancelled","id":"c-2","data":[]})");
  post(R"({"type":"crawl.completed","jobId":"c-3","data":[)" + document("a") + "]}");
  EXPECT_EQ(closed, (std::vector<std::string>{"c-1", "c-2"}));
  EXPECT_EQ(pipeline.log[2], "fetch c-1");
  pipeline.intake = Intake::kNotWritable;
  EXPECT_EQ(post(R"({"type":"crawl.completed","id":"c-4","data":[]})").status, 503);
  EXPECT_EQ(closed.size(), 2U);
}

}  // namespace
}  // namespace firecrawl
