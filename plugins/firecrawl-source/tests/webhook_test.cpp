// Every row of the webhook's table of answers, against a pipeline that only remembers.
#include "webhook.hpp"

#include "uuid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace firecrawl {
namespace {

// Remembers what it was given. `intake` is what it answers; documents in `known` are duplicates.
class FakePipeline final : public Pipeline {
 public:
  Intake intake = Intake::kTaken;
  std::vector<std::string> known;
  std::vector<std::string> log;
  int takes = 0;

  void take(CrawlNews news, Taken taken) override {
    ++takes;
    if (intake != Intake::kTaken) return taken(intake, {});
    std::vector<PageVerdict> verdicts;
    for (const PageRecord& record : news.records) {
      const std::string& id = record.id.canonical;
      const bool is_known = std::find(known.begin(), known.end(), id) != known.end();
      verdicts.push_back(is_known ? PageVerdict::kDuplicate : PageVerdict::kAccepted);
      const char* op = record.op == PageRecord::Op::kDelete ? "delete " : "index ";
      log.push_back(op + news.job_id + " " + id + " " + record.document.markdown);
    }
    for (const LeftOutPage& page : news.left_out) {
      const char* why = page.reason == LeftOutPage::Reason::kStatus  ? "status"
                        : page.reason == LeftOutPage::Reason::kEmpty ? "empty"
                                                                     : "failed";
      log.push_back("leave_out " + news.job_id + " " + page.document + " " + why + " (" +
                    page.detail + ")");
    }
    if (news.end) log.push_back("close " + news.job_id + " " + text_of(*news.end));
    if (news.fetch == Fetch::kPending) log.push_back("fetch " + news.job_id);
    if (!news.warning.empty()) {
      log.push_back("warn " + news.job_id + " " + news.warning);
    } else if (news.records.empty() && news.left_out.empty() && !news.end) {
      log.push_back("open " + news.job_id);
    }
    taken(Intake::kTaken, verdicts);
  }

 private:
  static std::string text_of(CrawlEnd end) {
    return end == CrawlEnd::kCompleted   ? "completed"
           : end == CrawlEnd::kCancelled ? "cancelled"
                                         : "failed";
  }
};

class Webhook : public ::testing::Test {
 protected:
  Answer post(const std::string& body) {
    return deliver({.signature = {}, .body = body, .readable = body.size()});
  }
  Answer deliver(const Delivery& delivery) {
    Answer got;
    int answers = 0;
    answer_delivery(settings, delivery, pipeline, [&](const Answer& answer) {
      got = answer;
      ++answers;
    });
    EXPECT_EQ(answers, 1);
    return got;
  }
  Answer post_page(const std::string& documents) {
    return post(R"({"success":true,"type":"crawl.page","id":"c-1","data":[)" + documents + "]}");
  }

  WebhookSettings settings;
  FakePipeline pipeline;
};

// A document at https://e.test/<name>.
std::string document(const std::string& name, const std::string& markdown = "# Text",
                     const std::string& status = "200") {
  return R"({"markdown":")" + markdown + R"(","metadata":{"url":"https://e.test/)" + name +
         R"(","statusCode":)" + status + "}}";
}

std::string job(const std::string& name) { return uuid5_of_url("c-1#https://e.test/" + name); }

// What the ledger calls a page without an address.
std::string nameless(const std::string& why, const std::string& markdown) {
  const std::string end(1, '\0');
  return "page-without-url:" + uuid5_of_url(why + end + end + end + markdown);
}

using Log = std::vector<std::string>;

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

// ---- the life of a crawl ---------------------------------------------------------------

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
