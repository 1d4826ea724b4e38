// A webhook in front of a pipeline that only remembers.
#pragma once

#include "uuid.hpp"
#include "webhook.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace firecrawl {

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
inline std::string document(const std::string& name, const std::string& markdown = "# Text",
                            const std::string& status = "200") {
  return R"({"markdown":")" + markdown + R"(","metadata":{"url":"https://e.test/)" + name +
         R"(","statusCode":)" + status + "}}";
}

inline std::string job(const std::string& name) {
  return uuid5_of_url("c-1#https://e.test/" + name);
}

// What the ledger calls a page without an address.
inline std::string nameless(const std::string& why, const std::string& markdown) {
  const std::string end(1, '\0');
  return "page-without-url:" + uuid5_of_url(why + end + end + end + markdown);
}

using Log = std::vector<std::string>;

}  // namespace firecrawl
