// Every row of the webhook's table of answers, against a pipeline that only remembers.
#include "webhook_fixture.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace firecrawl {
namespace {

// ---- signature -------------------------------------------------------------------------

TEST_F(Webhook, AsksForASignatureBeforeItParses) {
  settings.secret = "s";
  const Answer answer = post("not JSON");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"detail":"The X-Firecrawl-Signature header is missing."})");
}

TEST_F(Webhook, TellsAMalformedSignatureFromAWrongOne) {
  settings.secret = "s";
  const std::string body = "not JSON";
  Delivery delivery{.signature = "sha256=abc", .body = body, .readable = body.size()};
  Answer answer = deliver(delivery);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            R"({"detail":"The X-Firecrawl-Signature header is not sha256= and 64 hex digits."})");
  const std::string wrong = "sha256=" + std::string(64, '0');
  delivery.signature = wrong;
  answer = deliver(delivery);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"detail":"The signature does not match the body."})");
}

TEST_F(Webhook, TakesASignedDelivery) {
  settings.secret = "sluice-key-1";
  const std::string body = R"({"success":true,"type":"crawl.started","id":"c-1","data":[]})";
  const Answer answer = deliver(
      {.signature = "sha256=0006d97468937cdfcd325d5b6666e79b3f91f0d5d7c1e0bd6de70c7c4dc2afa5",
       .body = body,
       .readable = body.size()});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(pipeline.log, Log{"open c-1"});
}

// ---- page events -----------------------------------------------------------------------

TEST_F(Webhook, QueuesAPage) {
  const Answer answer = post_page(document("a"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body,
            R"({"status":"queued","queued_jobs":1,"job_ids":[")" + job("a") + R"("]})");
  EXPECT_EQ(pipeline.log, Log{"index c-1 https://e.test/a # Text"});
}

TEST_F(Webhook, QueuesManyPagesInOnePush) {
  std::string documents = document("0");
  for (int i = 1; i < 100; ++i) documents += "," + document(std::to_string(i));
  const Answer answer = post_page(documents);
  EXPECT_EQ(answer.status, 202);
  EXPECT_NE(answer.body.find("\"queued_jobs\":100"), std::string::npos);
  EXPECT_EQ(pipeline.takes, 1);
  EXPECT_EQ(pipeline.log.size(), 100U);
}

TEST_F(Webhook, QueuesBatchScrapesLikeCrawls) {
  const Answer answer = post(R"({"success":true,"type":"batch_scrape.page","id":"b-1","data":)" +
                             document("a") + "}");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(pipeline.log, Log{"index b-1 https://e.test/a # Text"});
}

TEST_F(Webhook, GivesARetriedEventTheSameJobIds) {
  EXPECT_EQ(post_page(document("a")).body, post_page(document("a")).body);
}

TEST_F(Webhook, NamesTheDocumentsThatFailedBesideThoseQueued) {
  const Answer answer = post_page(
      document("a") + R"(,{"markdown":"x"},null,{"markdown":"x","metadata":{"url":"/b"}})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(
      answer.body,
      R"({"status":"queued","queued_jobs":1,"job_ids":[")" + job("a") +
          R"("],"failed_documents":[{"index":1,"error":"the page has no URL"},)"
          R"({"index":2,"error":"the document is not a JSON object"},)"
          R"({"index":3,"url":"/b","error":"the URL is not absolute: it has no scheme such as https://"}]})");
}

TEST_F(Webhook, SaysWhenAPageEventHasNoPage) {
  for (const char* data : {"[]", "null", "{}"}) {
    const Answer answer =
        post(std::string(R"({"type":"crawl.page","id":"c-1","data":)") + data + "}");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status":"no_documents","queued_jobs":0,"job_ids":[]})");
  }
  EXPECT_EQ(pipeline.log, Log{});
}

TEST_F(Webhook, SkipsPagesByStatusAndEmptyText) {
  const Answer answer =
      post_page(document("gone", "# Not found", "404") + "," + document("blank", "  \\n\\t ") +
                "," + document("low", "x", "199"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"skipped","queued_jobs":0,"job_ids":[]})");
  const Log expected{"leave_out c-1 https://e.test/gone status (the page answered HTTP 404)",
                     "leave_out c-1 https://e.test/blank empty (the page has no Markdown)",
                     "leave_out c-1 https://e.test/low status (the page answered HTTP 199)"};
  EXPECT_EQ(pipeline.log, expected);
}

TEST_F(Webhook, TakesTheBoundsOfTheStatusInclusively) {
  settings.pages.min_status = 200;
  settings.pages.max_status = 299;
  EXPECT_EQ(post_page(document("a", "x", "200")).status, 202);
  EXPECT_EQ(post_page(document("b", "x", "299")).status, 202);
  EXPECT_EQ(post_page(document("c", "x", "300")).status, 200);
  EXPECT_EQ(post_page(R"({"markdown":"x","metadata":{"url":"https://e.test/no-status"}})").status,
            202);
}

TEST_F(Webhook, SkipsBesideQueued) {
  const Answer answer = post_page(document("a") + "," + document("b", "x", "500"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body,
            R"({"status":"queued","queued_jobs":1,"job_ids":[")" + job("a") + R"("]})");
}

TEST_F(Webhook, DeletesGoneDocumentsWhenToldTo) {
  settings.pages.on_gone = OnGone::kDelete;
  const Answer answer = post_page(document("a", "x", "404") + "," + document("b", "x", "410") +
                                  "," + document("c", "x", "500"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"skipped","queued_jobs":0,"job_ids":[]})");
  const Log expected{"delete c-1 https://e.test/a ", "delete c-1 https://e.test/b ",
                     "leave_out c-1 https://e.test/a status (the page answered HTTP 404)",
                     "leave_out c-1 https://e.test/b status (the page answered HTTP 410)",
                     "leave_out c-1 https://e.test/c status (the page answered HTTP 500)"};
  EXPECT_EQ(pipeline.log, expected);
}

TEST_F(Webhook, FilesTheReasonOfTheTarget) {
  post_page(
      R"({"markdown":"x","metadata":{"url":"https://e.test/a","statusCode":503,"error":"Busy"}})");
  EXPECT_EQ(pipeline.log,
            Log{"leave_out c-1 https://e.test/a status (the page answered HTTP 503: Busy)"});
}

TEST_F(Webhook, SaysWhenEveryPageIsUnusable) {
  const Answer answer =
      post_page(R"({"markdown":"x"},{"markdown":"y","metadata":{"sourceURL":"nope"}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"status":"failed","queued_jobs":0,"job_ids":[],"failed_documents":[)"
      R"({"index":0,"error":"the page has no URL"},)"
      R"({"index":1,"url":"nope","error":"the URL is not absolute: it has no scheme such as https://"}]})");
  const Log expected{
      "leave_out c-1 " + nameless("the page has no URL", "x") + " failed (the page has no URL)",
      "leave_out c-1 nope failed (the URL is not absolute: it has no scheme such "
      "as https://)"};
  EXPECT_EQ(pipeline.log, expected);
}

TEST_F(Webhook, TellsPagesWithoutAddressApart) {
  const std::string pages =
      R"({"markdown":"x"},{"markdown":"y"},{"markdown":"x"},{"markdown":"x"})";
  post_page(pages);
  const std::string end = " failed (the page has no URL)";
  const std::string x = "leave_out c-1 " + nameless("the page has no URL", "x");
  const std::string y = "leave_out c-1 " + nameless("the page has no URL", "y");
  const Log expected{x + end, y + end, x + "#1" + end, x + "#2" + end};
  EXPECT_EQ(pipeline.log, expected);
  pipeline.log.clear();
  post_page(pages);
  EXPECT_EQ(pipeline.log, expected);
}

TEST_F(Webhook, SkipsWhatTheLedgerHas) {
  pipeline.known = {"https://e.test/a"};
  const Answer answer = post_page(document("a"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"skipped","queued_jobs":0,"job_ids":[]})");
}

TEST_F(Webhook, FallsBackToTheAddressAskedFor) {
  post_page(
      R"({"markdown":"x","metadata":{"url":"the site's own meta tag","sourceURL":"https://E.test/a#b"}})");
  EXPECT_EQ(pipeline.log, Log{"index c-1 https://e.test/a x"});
}

TEST_F(Webhook, PrefersTheAddressAfterRedirects) {
  post_page(
      R"({"markdown":"x","metadata":{"url":"https://e.test/new","sourceURL":"https://e.test/old"}})");
  EXPECT_EQ(pipeline.log, Log{"index c-1 https://e.test/new x"});
}

// ---- failed pages ----------------------------------------------------------------------

TEST_F(Webhook, AcknowledgesAFailedPage) {
  const Answer answer = post(
      R"({"success":false,"type":"crawl.page","id":"c-1","data":[{"metadata":{"sourceURL":"https://E.test/slow#x"}}],"error":"timed out"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"acknowledged","event_id":"c-1"})");
  EXPECT_EQ(pipeline.log, Log{"leave_out c-1 https://e.test/slow failed (timed out)"});
}

TEST_F(Webhook, AcknowledgesAFailureWithoutPageOrReason) {
  const Answer answer =
      post(R"({"success":false,"type":"crawl.page","jobId":"c-1","data":[],"error":{}})");
  EXPECT_EQ(answer.body, R"({"status":"acknowledged","event_id":"c-1"})");
  EXPECT_EQ(pipeline.log, Log{"leave_out c-1 " + nameless("Firecrawl gave no reason", "") +
                              " failed (Firecrawl gave no reason)"});
}

TEST_F(Webhook, DoesNotCountARacedRedirectAsFailure) {
  const Answer answer = post(
      R"({"success":false,"type":"crawl.page","id":"c-1","data":[{"metadata":{"sourceURL":"https://e.test/a"}}],)"
      R"("error":"This URL was not scraped because another scrape job already scraped it."})");
  EXPECT_EQ(answer.body, R"({"status":"acknowledged","event_id":"c-1"})");
  EXPECT_EQ(pipeline.log, Log{});
}

// ---- other events -----------------------------------------------------------------------

TEST_F(Webhook, AcknowledgesEventsOfOtherFamilies) {
  for (const char* type :
       {"extract.completed", "agent.action", "monitor.page", "monitor.check.completed"}) {
    const Answer answer = post(R"({"success":false,"type":")" + std::string(type) +
                               R"(","id":"c-1","data":[{"url":"https://e.test/a"}]})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body,
              R"({"status":"acknowledged","event_type":")" + std::string(type) + "\"}");
  }
  EXPECT_EQ(pipeline.log, Log{});
}

TEST_F(Webhook, IgnoresUnknownTypes) {
  EXPECT_EQ(post(R"({"type":"crawl.paused","id":"c-1","data":[]})").body,
            R"({"status":"ignored","event_type":"crawl.paused"})");
  const Answer answer = post(R"({"type":"a\"\n)" + std::string(1000, 'b') + R"("})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"status":"ignored","event_type":"a\"\u000a)" + std::string(253, 'b') + "\"}");
  EXPECT_EQ(pipeline.log, Log{});
}

// ---- bad bodies ------------------------------------------------------------------------

TEST_F(Webhook, SaysWhatIsWrongWithABody) {
  struct Bad {
    std::string body;
    int status;
    std::string detail;
  };
  const std::string not_json = "The body is not valid JSON in UTF-8.";
  const Bad rows[] = {
      {"", 400, not_json},
      {"not JSON", 400, not_json},
      {R"({"type":"crawl.page")", 400, not_json},
      {"{\"type\":\"crawl.page\",\"id\":\"\xFF\"}", 400, not_json},
      {"[]", 400, "The body is JSON, but not an object; a webhook event is one."},
      {"null", 400, "The body is JSON, but not an object; a webhook event is one."},
      {std::string(100'000, '['), 400, "The body is nested more than 64 levels deep."},
      {"{}", 422, R"(The event has no \"type\" such as \"crawl.page\".)"},
      {R"({"id":"c-1","data":[]})", 422, R"(The event has no \"type\" such as \"crawl.page\".)"},
      {R"({"type":"crawl.page"})", 422,
       R"(The event has no job id: neither \"id\" nor \"jobId\".)"},
      {R"({"type":"crawl.completed","id":""})", 422,
       R"(The event has no job id: neither \"id\" nor \"jobId\".)"},
      {R"({"type":"crawl.page","id":")" + std::string(300, 'x') + "\"}", 422,
       "The event's job id is longer than 256 bytes."},
  };
  for (const Bad& row : rows) {
    const Answer answer = post(row.body);
    EXPECT_EQ(answer.status, row.status) << row.body.substr(0, 80);
    EXPECT_EQ(answer.body, "{\"detail\":\"" + row.detail + "\"}") << row.body.substr(0, 80);
  }
  EXPECT_EQ(pipeline.log, Log{});
}

TEST_F(Webhook, RefusesTooManyDocuments) {
  std::string documents = "0";
  for (std::size_t i = 0; i < kMaxDocuments; ++i) documents += ",0";
  const Answer answer = post_page(documents);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body,
            R"({"detail":"The event carries more than 20000 documents; send fewer at a time."})");
}

// ---- when the pipeline says no ---------------------------------------------------------

TEST_F(Webhook, AsksToSendAgainWhenThePipelineCannotTakeIt) {
  struct Refusal {
    Intake intake;
    std::string detail;
  };
  const Refusal rows[] = {
      {Intake::kFull, "The pipeline is full; send the event again later."},
      {Intake::kNotWritable, "The journal cannot be written; send the event again later."},
      {Intake::kStopping, "The pipeline is stopping; send the event again later."}};
  for (const Refusal& row : rows) {
    pipeline.intake = row.intake;
    for (const std::string type :
         {"crawl.page", "crawl.completed", "crawl.started", "crawl.failed"}) {
      const Answer answer =
          post(R"({"type":")" + type + R"(","id":"c-1","data":[)" + document("a") + "]}");
      EXPECT_EQ(answer.status, 503) << type;
      EXPECT_EQ(answer.retry_after_seconds, 5) << type;
      EXPECT_EQ(answer.body, "{\"detail\":\"" + row.detail + "\"}") << type;
    }
  }
}

TEST_F(Webhook, LeavesNothingInTheLedgerWhenThePushIsRefused) {
  pipeline.intake = Intake::kFull;
  EXPECT_EQ(post_page(document("a") + "," + document("b", "x", "404") + ",null").status, 503);
  EXPECT_EQ(pipeline.log, Log{});
}

TEST_F(Webhook, AsksToSendAgainWhenTheLedgerCannotBeWritten) {
  pipeline.intake = Intake::kNotWritable;
  EXPECT_EQ(post_page(document("b", "x", "404")).status, 503);
  EXPECT_EQ(post_page("null").status, 503);
  EXPECT_EQ(post(R"({"success":false,"type":"crawl.page","id":"c","data":[]})").status, 503);
  EXPECT_EQ(post(R"({"success":false,"type":"crawl.page","id":"c","data":[{}]})").status, 503);
}

// The pipeline answers when the disk has it, long after the delivery's bytes are gone.
TEST_F(Webhook, AnswersWhenThePipelineDoes) {
  class LatePipeline final : public Pipeline {
   public:
    void take(CrawlNews, Taken then) override { taken = std::move(then); }
    Taken taken;
  } late;
  std::vector<int> statuses;
  auto body = std::make_unique<std::string>(
      R"({"success":true,"type":"crawl.page","id":"c-1","data":[)" + document("a") + "]}");
  answer_delivery(settings, {.signature = {}, .body = *body, .readable = body->size()}, late,
                  [&](const Answer& answer) { statuses.push_back(answer.status); });
  body.reset();
  EXPECT_TRUE(statuses.empty());
  const PageVerdict verdict = PageVerdict::kAccepted;
  late.taken(Intake::kTaken, {&verdict, 1});
  EXPECT_EQ(statuses, (std::vector<int>{202}));
}

}  // namespace
}  // namespace firecrawl
