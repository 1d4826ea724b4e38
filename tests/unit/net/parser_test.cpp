// MessageParser: whole messages, byte by byte, and limits.
#include "net/parser.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

struct Collect final : BodySink {
  bool take(std::string_view piece) override {
    body += piece;
    return body.size() <= limit;
  }
  std::string body;
  std::size_t limit = 1000;
};

struct Outcome {
  ParseState state;
  std::string body;
  std::vector<Header> headers;
  std::size_t left;
};

// Gives `text` in pieces of `step` bytes, as a connection would.
Outcome parse(const std::string& text, std::size_t step, MessageKind kind = MessageKind::kRequest) {
  Collect sink;
  MessageParser parser(kind, 200, sink);
  std::string waiting;
  std::size_t given = 0;
  for (;;) {
    const auto [state, used] =
        waiting.empty() ? MessageParser::Progress{ParseState::kNeedMore, 0} : parser.put(waiting);
    waiting.erase(0, used);
    const bool goes_on =
        state == ParseState::kNeedMore || (state == ParseState::kHead && !parser.is_done());
    if (!goes_on || (given == text.size() && state == ParseState::kNeedMore)) {
      const auto end = state == ParseState::kHead ? ParseState::kDone : state;
      return {end, sink.body, parser.has_head() ? parser.head().headers : std::vector<Header>{},
              waiting.size() + text.size() - given};
    }
    if (state == ParseState::kHead) continue;
    waiting += text.substr(given, step);
    given = std::min(text.size(), given + step);
  }
}

const std::string kChunked =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nLength: 7\r\n\r\n";

TEST(Parser, TakesMessagesInPiecesOfAnySize) {
  for (std::size_t step = 1; step < 120; ++step) {
    const auto chunked = parse(kChunked, step);
    EXPECT_EQ(chunked.state, ParseState::kDone) << step;
    EXPECT_EQ(chunked.body, "abcde") << step;
    EXPECT_EQ(chunked.headers.size(), 2U) << "a trailer is no header; " << step;
    const auto empty =
        parse("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", step);
    EXPECT_EQ(empty.state, ParseState::kDone) << step;
    const auto sized = parse("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcdGET", step);
    EXPECT_EQ(sized.state, ParseState::kDone) << step;
    EXPECT_EQ(sized.body, "abcd") << step;
    EXPECT_EQ(sized.left, 3U) << step;
  }
}

TEST(Parser, LimitsTheHeadExactly) {
  const std::string start = "GET / HTTP/1.1\r\nA: ";
  const std::string fits = start + std::string(200 - start.size() - 4, 'x') + "\r\n\r\n";
  const std::string over = start + std::string(201 - start.size() - 4, 'x') + "\r\n\r\n";
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{7}, std::size_t{50}, std::size_t{400}}) {
    EXPECT_EQ(parse(fits, step).state, ParseState::kDone) << step;
    EXPECT_EQ(parse(over, step).state, ParseState::kHeadTooBig) << step;
  }
}

TEST(Parser, LimitsTheHeadOverAllItsParts) {
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 30; ++i) many += "Header: value\r\n";
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{15}, std::size_t{150}, std::size_t{4000}}) {
    EXPECT_EQ(parse(many + "\r\n", step).state, ParseState::kHeadTooBig) << step;
  }
}

TEST(Parser, RefusesWhatIsNotHttpOrMayBeReadInTwoWays) {
  for (const char* text :
       {"\x16\x03\x01\x02\x00\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\nA b\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcdef"}) {
    EXPECT_EQ(parse(text, 1000).state, ParseState::kMalformed) << text;
  }
}

TEST(Parser, StopsWhenTheSinkWantsNoMore) {
  const auto outcome =
      parse("POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'), 500);
  EXPECT_EQ(outcome.state, ParseState::kStopped);
}

TEST(Parser, KnowsAnswersWithoutBodies) {
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(parse(text, 9, MessageKind::kResponseToHead).state, ParseState::kDone);
  EXPECT_EQ(parse(text, 9, MessageKind::kResponse).state, ParseState::kNeedMore);
  EXPECT_EQ(parse("HTTP/1.1 204 No\r\n\r\n", 9, MessageKind::kResponse).state, ParseState::kDone);
}

TEST(Parser, EndsWithTheConnectionWhereTheAnswerDoes) {
  Collect sink;
  MessageParser parser(MessageKind::kResponse, 200, sink);
  const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_EQ(parser.put(head).state, ParseState::kHead);
  EXPECT_TRUE(parser.ends_with_connection());
  EXPECT_EQ(parser.put("abc").state, ParseState::kNeedMore);
  EXPECT_EQ(parser.put_end(), ParseState::kDone);
  EXPECT_EQ(sink.body, "abc");
  MessageParser nothing(MessageKind::kResponse, 200, sink);
  EXPECT_EQ(nothing.put_end(), ParseState::kMalformed);
}

}  // namespace
}  // namespace sluice::net
