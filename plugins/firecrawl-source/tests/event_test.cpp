// Bodies modelled on what each generation of Firecrawl sends, and bodies nobody should send.
#include "event.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace firecrawl {
namespace {

ParsedEvent parse(const std::string& body) { return parse_event(body, body.size()); }

// A page event with this document.
ParsedEvent page(const std::string& document) {
  return parse(R"({"success":true,"type":"crawl.page","id":"c-1","data":[)" + document + "]}");
}

Document only_document(const std::string& document) {
  ParsedEvent parsed = page(document);
  EXPECT_EQ(parsed.fault, EventFault::kNone) << document;
  EXPECT_EQ(parsed.event.documents.size(), 1U) << document;
  return parsed.event.documents.empty() ? Document{} : std::move(parsed.event.documents.front());
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST(Event, ReadsAPageOfVersion2) {
  const ParsedEvent parsed = parse(
      R"({"success":true,"type":"crawl.page","id":"0198d0c2-aaaa","webhookId":"0b9e6c5d","data":[)"
      R"({"markdown":"# Tea\n\nGr\u00fcn — 茶 \ud83c\udf75","metadata":{"title":"Tea","description":"All about tea",)"
      R"("language":"en","country":"UK","isMobile":true,"url":"https://tea.test/a","sourceURL":"https://tea.test",)"
      R"("statusCode":200,"scrapeId":"s-1","og:title":["x"],"creditsUsed":1,"viewport":null}}],"metadata":{"k":"v"}})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.kind, EventKind::kPage);
  EXPECT_EQ(parsed.event.type, "crawl.page");
  EXPECT_EQ(parsed.event.job_id, "0198d0c2-aaaa");
  EXPECT_TRUE(parsed.event.success);
  ASSERT_EQ(parsed.event.documents.size(), 1U);
  const Document& d = parsed.event.documents.front();
  EXPECT_EQ(d.fault, "");
  EXPECT_EQ(d.markdown, "# Tea\n\nGrün — 茶 🍵");
  EXPECT_EQ(d.url, "https://tea.test/a");
  EXPECT_EQ(d.source_url, "https://tea.test");
  EXPECT_EQ(d.title, "Tea");
  EXPECT_EQ(d.description, "All about tea");
  EXPECT_EQ(d.language, "en");
  EXPECT_EQ(d.country, "UK");
  EXPECT_EQ(d.is_mobile, true);
  EXPECT_EQ(d.status_code, 200);
}

TEST(Event, ReadsAPageOfVersion0) {
  const ParsedEvent parsed = parse(
      R"({"success":true,"type":"crawl.page","jobId":"j-0","data":[{"content":"Tea plain","markdown":"# Tea",)"
      R"("metadata":{"sourceURL":"https://tea.test/a","pageStatusCode":203,"title":"Tea"}}]})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.job_id, "j-0");
  EXPECT_EQ(parsed.event.documents.at(0).markdown, "# Tea");
  EXPECT_EQ(parsed.event.documents.at(0).status_code, 203);
  EXPECT_EQ(parsed.event.documents.at(0).source_url, "https://tea.test/a");
}

TEST(Event, UnwrapsTheNestedDocumentsOfVersion0) {
  const Document d = only_document(
      R"({"content":{"content":"plain","markdown":"# Nested","metadata":{"title":"N","statusCode":200}},"source":"https://tea.test/n"})");
  EXPECT_EQ(d.markdown, "# Nested");
  EXPECT_EQ(d.title, "N");
  EXPECT_EQ(d.source_url, "https://tea.test/n");
  EXPECT_EQ(d.status_code, 200);
}

TEST(Event, UnwrapsOneLevelOnly) {
  const Document d = only_document(R"({"content":{"content":{"markdown":"deep"}}})");
  EXPECT_EQ(d.markdown, "");
}

TEST(Event, TakesContentWhereThereIsNoMarkdown) {
  EXPECT_EQ(only_document(R"({"content":"plain"})").markdown, "plain");
  EXPECT_EQ(only_document(R"({"content":"plain","markdown":""})").markdown, "plain");
  EXPECT_EQ(only_document(R"({"content":"plain","markdown":null})").markdown, "plain");
  EXPECT_EQ(only_document(R"({"content":"plain","markdown":"# M"})").markdown, "# M");
}

TEST(Event, TakesUrlAndTitleBesideTheMetadata) {
  const Document d =
      only_document(R"({"url":"https://e.test/s","title":"T","description":"D","markdown":"x"})");
  EXPECT_EQ(d.url, "https://e.test/s");
  EXPECT_EQ(d.title, "T");
  EXPECT_EQ(d.description, "D");
}

TEST(Event, ReadsAFailedPage) {
  const ParsedEvent parsed = parse(
      R"({"success":false,"type":"crawl.page","jobId":"c-1","data":[{"metadata":{"sourceURL":"https://e.test/slow"}}],)"
      R"("error":"timed out","metadata":{}})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_FALSE(parsed.event.success);
  EXPECT_EQ(parsed.event.error, "timed out");
  EXPECT_EQ(parsed.event.documents.at(0).source_url, "https://e.test/slow");
}

TEST(Event, ReadsErrorsLeniently) {
  const auto error_of = [](const std::string& value) {
    const ParsedEvent parsed =
        parse(R"({"type":"crawl.page","id":"c","success":false,"data":[],"error":)" + value + "}");
    EXPECT_EQ(parsed.fault, EventFault::kNone);
    return parsed.event.error;
  };
  EXPECT_EQ(error_of(R"("gone")"), "gone");
  EXPECT_EQ(error_of("null"), "");
  EXPECT_EQ(error_of("{}"), "");
  EXPECT_EQ(error_of(R"({"name":"E","message":"boom","stack":["a"]})"), "boom");
  EXPECT_EQ(error_of("42"), "");
  EXPECT_EQ(error_of("\"" + std::string(5000, 'x') + "\"").size(), 1024U);
}

TEST(Event, TakesDataInEveryShape) {
  const auto count = [](const std::string& data) {
    const ParsedEvent parsed = parse(R"({"type":"crawl.page","id":"c","data":)" + data + "}");
    EXPECT_EQ(parsed.fault, EventFault::kNone) << data;
    return parsed.event.documents.size();
  };
  EXPECT_EQ(count("[]"), 0U);
  EXPECT_EQ(count("null"), 0U);
  EXPECT_EQ(count("{}"), 0U);
  EXPECT_EQ(count(R"({"markdown":"x"})"), 1U);
  EXPECT_EQ(count(R"([{"markdown":"x"},{"markdown":"y"},{}])"), 3U);
  EXPECT_EQ(count(R"("text")"), 1U);
  EXPECT_EQ(parse(R"({"type":"crawl.page","id":"c"})").event.documents.size(), 0U);
}

TEST(Event, KeepsTheOthersWhenOneDocumentIsBad) {
  const ParsedEvent parsed = page(
      R"({"markdown":"a"},null,7,"text",[{"markdown":"b"}],{"markdown":42},{"markdown":"c","metadata":"none"})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  const auto& d = parsed.event.documents;
  ASSERT_EQ(d.size(), 7U);
  EXPECT_EQ(d[0].markdown, "a");
  for (std::size_t i = 1; i <= 4; ++i) EXPECT_EQ(d[i].fault, "the document is not a JSON object");
  EXPECT_EQ(d[5].fault, "the document's markdown is not text");
  EXPECT_EQ(d[6].fault, "");
  EXPECT_EQ(d[6].markdown, "c");
}

TEST(Event, TakesTheFirstTextOfAList) {
  const Document d = only_document(
      R"({"metadata":{"title":["","Second","Third"],"description":[null,1,{"a":2},"D"],"language":[],"country":null,)"
      R"("url":["https://e.test/list"],"sourceURL":{"a":1},"statusCode":["201"]}})");
  EXPECT_EQ(d.title, "Second");
  EXPECT_EQ(d.description, "D");
  EXPECT_EQ(d.language, "");
  EXPECT_EQ(d.country, "");
  EXPECT_EQ(d.url, "https://e.test/list");
  EXPECT_EQ(d.source_url, "");
  EXPECT_EQ(d.status_code, 201);
}

TEST(Event, ReadsStatusCodesTolerantly) {
  const auto status = [](const std::string& value) {
    return only_document(R"({"metadata":{"statusCode":)" + value + "}}").status_code;
  };
  EXPECT_EQ(status("404"), 404);
  EXPECT_EQ(status("200.0"), 200);
  EXPECT_EQ(status("2e2"), 200);
  EXPECT_EQ(status("\"404\""), 404);
  EXPECT_EQ(status("-1"), -1);
  for (const char* nothing : {"null", "\"\"", "\"ok\"", "200.5", "1e999", "{}", "[]", "true",
                              "99999999999999999999999", "\"0x1\""}) {
    EXPECT_EQ(status(nothing), std::nullopt) << nothing;
  }
  EXPECT_EQ(only_document(R"({"metadata":{"pageStatusCode":500,"statusCode":200}})").status_code,
            200);
  EXPECT_EQ(only_document(R"({"metadata":{"statusCode":200,"pageStatusCode":500}})").status_code,
            200);
}

TEST(Event, BoundsWhatGoesIntoMetadata) {
  const Document d =
      only_document(R"({"metadata":{"title":")" + repeated("é", 5000) + R"(","description":")" +
                    std::string(9000, 'd') + R"(","language":")" + std::string(65, 'l') + R"("}})");
  EXPECT_EQ(d.title, repeated("é", 1024));
  EXPECT_EQ(d.description.size(), 8192U);
  EXPECT_EQ(d.language, "");
}

TEST(Event, TakesEitherIdAsTextOrNumber) {
  const auto id = [](const std::string& members) {
    return parse(R"({"type":"crawl.page","data":[])" + members + "}");
  };
  EXPECT_EQ(id(R"(,"id":"a")").event.job_id, "a");
  EXPECT_EQ(id(R"(,"jobId":"b")").event.job_id, "b");
  EXPECT_EQ(id(R"(,"jobId":"b","id":"a")").event.job_id, "a");
  EXPECT_EQ(id(R"(,"id":null,"jobId":"b")").event.job_id, "b");
  EXPECT_EQ(id(R"(,"id":42)").event.job_id, "42");
  EXPECT_EQ(id(R"(,"id":123456789012345678901234567890)").event.job_id,
            "123456789012345678901234567890");
  for (const char* none : {"", R"(,"id":"")", R"(,"id":null)", R"(,"id":true)", R"(,"id":{})",
                           R"(,"id":["a"])", R"(,"Id":"a")"}) {
    EXPECT_EQ(id(none).fault, EventFault::kNoJobId) << none;
  }
  EXPECT_EQ(id(",\"id\":\"" + std::string(256, 'i') + "\"").fault, EventFault::kNone);
  EXPECT_EQ(id(",\"id\":\"" + std::string(257, 'i') + "\"").fault, EventFault::kJobIdTooLong);
}

TEST(Event, KnowsTheTypes) {
  for (const char* family : {"crawl.", "batch_scrape."}) {
    EXPECT_EQ(event_kind(std::string(family) + "page"), EventKind::kPage);
    EXPECT_EQ(event_kind(std::string(family) + "started"), EventKind::kStarted);
    EXPECT_EQ(event_kind(std::string(family) + "completed"), EventKind::kCompleted);
    EXPECT_EQ(event_kind(std::string(family) + "cancelled"), EventKind::kCancelled);
    EXPECT_EQ(event_kind(std::string(family) + "failed"), EventKind::kFailed);
    EXPECT_EQ(event_kind(std::string(family) + "paused"), EventKind::kUnknown);
  }
  for (const char* other : {"extract.started", "extract.completed", "extract.failed",
                            "agent.started", "agent.action", "agent.completed", "agent.failed",
                            "agent.cancelled", "monitor.page", "monitor.check.completed"}) {
    EXPECT_EQ(event_kind(other), EventKind::kOther) << other;
  }
  for (const char* unknown :
       {"", "page", "crawl", "crawl.", "crawl.page.x", "Crawl.page", "x-unknown"}) {
    EXPECT_EQ(event_kind(unknown), EventKind::kUnknown) << unknown;
  }
}

TEST(Event, ReadsMonitorAndAgentAndExtractEvents) {
  for (
      const char* body :
      {R"({"success":true,"type":"monitor.page","id":"k","data":[{"monitorId":"m","checkId":"k","url":"https://e.test","status":"new","judgment":null}]})",
       R"({"success":true,"type":"monitor.check.completed","id":"k","data":{"monitorId":"m","summary":{"same":1}}})",
       R"({"success":true,"type":"agent.action","id":"a","data":[{"creditsUsed":5,"action":"scrape","input":{}}]})",
       R"({"success":true,"type":"extract.completed","id":"x","data":[{"success":true,"data":{"n":1},"sources":{"n":[]}}]})"}) {
    const ParsedEvent parsed = parse(body);
    EXPECT_EQ(parsed.fault, EventFault::kNone) << body;
    EXPECT_EQ(parsed.event.kind, EventKind::kOther) << body;
  }
}

TEST(Event, WantsATypeAndForUnknownOnesNothingElse) {
  EXPECT_EQ(parse("{}").fault, EventFault::kNoType);
  EXPECT_EQ(parse(R"({"type":null,"id":"c"})").fault, EventFault::kNoType);
  EXPECT_EQ(parse(R"({"type":"","id":"c"})").fault, EventFault::kNoType);
  EXPECT_EQ(parse(R"({"type":["crawl.page"],"id":"c"})").fault, EventFault::kNoType);
  EXPECT_EQ(parse(R"({"type":"crawl.paused"})").fault, EventFault::kNone);
}

TEST(Event, TakesTheLastOfTwoEqualKeys) {
  const ParsedEvent parsed = parse(
      R"({"type":"crawl.started","type":"crawl.page","id":"a","id":"b","data":[{"markdown":"1"},{"markdown":"2"}],)"
      R"("data":[{"markdown":"x","markdown":"y","metadata":{"title":"T","title":"U"}}]})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.kind, EventKind::kPage);
  EXPECT_EQ(parsed.event.job_id, "b");
  ASSERT_EQ(parsed.event.documents.size(), 1U);
  EXPECT_EQ(parsed.event.documents[0].markdown, "y");
  EXPECT_EQ(parsed.event.documents[0].title, "U");
}

TEST(Event, ReadsKeysInAnyOrderAndEscaped) {
  const ParsedEvent parsed = parse(
      R"({"data":[{"metadata":{"ur\u006c":"https://e.test/"},"markdown":"x"}],"id":"c","t\u0079pe":"crawl.page"})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.kind, EventKind::kPage);
  EXPECT_EQ(parsed.event.documents.at(0).url, "https://e.test/");
}

TEST(Event, SurvivesKeysThatAreNotUnicode) {
  const ParsedEvent parsed = parse(
      R"({"\ud800":{"type":"x"},"type":"crawl.page","id":"c","data":[{"\udc00x":[1,{}],"markdown":"m"}]})");
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.documents.at(0).markdown, "m");
}

TEST(Event, ReplacesNulsAndLoneSurrogatesInText) {
  const Document d = only_document(
      R"({"markdown":"a\u0000b \ud800 c","metadata":{"title":"\udfff\u0000","url":"https://e.test/\u0000"}})");
  EXPECT_EQ(d.markdown, "a\uFFFDb \uFFFD c");
  EXPECT_EQ(d.title, "\uFFFD\uFFFD");
  EXPECT_EQ(d.url, std::string("https://e.test/\0", 16));
}

TEST(Event, RefusesWhatIsNotUtf8) {
  for (const char* bad : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_EQ(page(std::string(R"({"markdown":")") + bad + "\"}").fault, EventFault::kNotJson);
    EXPECT_EQ(page(std::string(R"({"ignored":")") + bad + "\"}").fault, EventFault::kNotJson);
  }
}

TEST(Event, RefusesWhatIsNotAnObject) {
  for (const char* body :
       {"[]", "1", "\"x\"", "null", "true", R"([{"type":"crawl.page","id":"c"}])"}) {
    EXPECT_EQ(parse(body).fault, EventFault::kNotObject) << body;
  }
}

TEST(Event, RefusesABodyCutAnywhere) {
  const std::string body =
      R"({"success":true,"type":"crawl.page","id":"c","data":[{"markdown":"a\u00e9\n","metadata":{"url":"https://e.test/","statusCode":200}}],"x":[1.5e3,null]})";
  ASSERT_EQ(parse(body).fault, EventFault::kNone);
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(parse(body.substr(0, size)).fault, EventFault::kNotJson) << size;
  }
  EXPECT_EQ(parse(body + "}").fault, EventFault::kNotJson);
  EXPECT_EQ(parse(body + body).fault, EventFault::kNotJson);
}

TEST(Event, RefusesJunkInMembersItDoesNotRead) {
  for (const char* junk : {"nul", "[1,,2]", "{\"a\" 1}", "01", "'x'", "\"\\x\"", "[}"}) {
    EXPECT_EQ(
        parse(std::string(R"({"type":"crawl.page","id":"c","data":[],"junk":)") + junk + "}").fault,
        EventFault::kNotJson)
        << junk;
  }
}

TEST(Event, BoundsTheDepth) {
  const auto nested = [](std::size_t levels) {
    return R"({"type":"crawl.page","id":"c","x":)" + repeated("[", levels) + repeated("]", levels) +
           "}";
  };
  EXPECT_EQ(parse(nested(63)).fault, EventFault::kNone);
  EXPECT_EQ(parse(nested(64)).fault, EventFault::kTooDeep);
  EXPECT_EQ(parse(nested(100'000)).fault, EventFault::kTooDeep);
  EXPECT_EQ(parse(repeated("{\"a\":", 100'000)).fault, EventFault::kTooDeep);
}

TEST(Event, BoundsTheNumberOfDocuments) {
  EXPECT_EQ(page(repeated("{},", kMaxDocuments - 1) + "{}").event.documents.size(), kMaxDocuments);
  EXPECT_EQ(page(repeated("{},", kMaxDocuments) + "{}").fault, EventFault::kTooManyDocuments);
  EXPECT_EQ(parse(R"({"type":"x.y","data":[)" + repeated("0,", kMaxDocuments) + "0]}").fault,
            EventFault::kNone);
}

TEST(Event, ReadsABodyWithPaddingInPlace) {
  const std::string body = R"({"type":"crawl.page","id":"c","data":[{"markdown":"in place"}]})";
  const std::string padded = body + std::string(64, '"');  // what lies behind must not matter
  const ParsedEvent parsed = parse_event({padded.data(), body.size()}, padded.size());
  ASSERT_EQ(parsed.fault, EventFault::kNone);
  EXPECT_EQ(parsed.event.documents.at(0).markdown, "in place");
}

TEST(Event, ReadsAPageOfManyMegabytes) {
  const std::string text = repeated("line of text\\n", 500'000);
  const Document d = only_document(R"({"markdown":")" + text + R"(","metadata":{}})");
  EXPECT_EQ(d.markdown.size(), 13U * 500'000);
  EXPECT_TRUE(d.markdown.ends_with("text\n"));
}

}  // namespace
}  // namespace firecrawl
