// MessageParser on top of Beast's basic_parser: the only file that sees Beast.
#include "net/parser.hpp"

#include <utility>

// Beast 1.74 asserts, on what a client sends, that a last chunk comes in at least five bytes. It
// parses shorter pieces rightly; the assertion alone is wrong and would let anybody end a debug
// build.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <limits>

namespace sluice::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

namespace {

// What MessageParser needs of Beast's two parsers, of requests and of responses.
class AnyParser {
 public:
  virtual ~AnyParser() = default;
  virtual std::size_t feed(std::string_view bytes, error_code& failure) = 0;
  virtual void end(error_code& failure) = 0;
  virtual bool has_head() const = 0;
  virtual bool done() const = 0;
  virtual bool lives_on() const = 0;
  virtual bool in_chunks() const = 0;
  virtual std::optional<std::uint64_t> length() const = 0;

  MessageHead head;
};

template <bool IsRequest>
class BeastParser final : public AnyParser, private http::basic_parser<IsRequest> {
  using Base = http::basic_parser<IsRequest>;

 public:
  BeastParser(MessageKind kind, std::size_t max_head, BodySink& sink) : sink_(sink) {
    Base::header_limit(static_cast<std::uint32_t>(max_head));
    // The sink has its own limit. Not boost::none, which Beast 1.74 takes for less than 0.
    Base::body_limit(std::numeric_limits<std::uint64_t>::max());
    if (kind == MessageKind::kResponseToHead) Base::skip(true);
  }

  std::size_t feed(std::string_view bytes, error_code& failure) override {
    const std::size_t used =
        Base::put(boost::asio::const_buffer(bytes.data(), bytes.size()), failure);
    // Until the head is there Beast stops after it; from then on it takes all it can at once.
    if (Base::is_header_done()) Base::eager(true);
    return used;
  }
  void end(error_code& failure) override {
    if (Base::got_some()) {
      Base::put_eof(failure);
    } else {
      failure = http::error::end_of_stream;
    }
  }
  bool has_head() const override { return Base::is_header_done(); }
  bool done() const override { return Base::is_done(); }
  bool lives_on() const override { return Base::keep_alive(); }
  bool in_chunks() const override { return Base::chunked(); }
  std::optional<std::uint64_t> length() const override {
    const auto length = Base::content_length();
    if (!length) return std::nullopt;
    return *length;
  }

 private:
  void on_request_impl(http::verb /*verb*/, BeastView method, BeastView target, int version,
                       error_code& /*failure*/) override {
    head.method.assign(method.data(), method.size());
    head.target.assign(target.data(), target.size());
    head.is_http_1_0 = version == 10;
  }
  void on_response_impl(int status, BeastView /*reason*/, int version,
                        error_code& /*failure*/) override {
    head.status = static_cast<unsigned>(status);
    head.is_http_1_0 = version == 10;
  }
  void on_field_impl(http::field /*field*/, BeastView name, BeastView value,
                     error_code& /*failure*/) override {
    if (Base::is_header_done()) return;  // a trailer; it must not pass for a header
    head.headers.push_back(
        {std::string(name.data(), name.size()), std::string(value.data(), value.size())});
  }
  void on_header_impl(error_code& /*failure*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         error_code& /*failure*/) override {}
  std::size_t on_body_impl(BeastView piece, error_code& failure) override {
    if (!sink_.take({piece.data(), piece.size()})) failure = http::error::body_limit;
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, BeastView /*extensions*/,
                            error_code& /*failure*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, BeastView piece,
                                 error_code& failure) override {
    return on_body_impl(piece, failure);
  }
  void on_finish_impl(error_code& /*failure*/) override {}

  BodySink& sink_;
};

std::unique_ptr<AnyParser> make_parser(MessageKind kind, std::size_t max_head, BodySink& sink) {
  if (kind == MessageKind::kRequest) {
    return std::make_unique<BeastParser<true>>(kind, max_head, sink);
  }
  return std::make_unique<BeastParser<false>>(kind, max_head, sink);
}

}  // namespace

class MessageParser::Impl {
 public:
  Impl(MessageKind kind, std::size_t limit, BodySink& sink)
      : max_head(limit), parser(make_parser(kind, limit, sink)) {}

  const std::size_t max_head;
  std::unique_ptr<AnyParser> parser;
  std::size_t head_bytes =
      0;  // used so far; Beast's own limit starts anew with each part of a head
  bool has_told_head = false;
};

MessageParser::MessageParser(MessageKind kind, std::size_t max_head, BodySink& sink)
    : impl_(std::make_unique<Impl>(kind, max_head, sink)) {}

MessageParser::~MessageParser() = default;

MessageParser::Progress MessageParser::put(std::string_view bytes) {
  auto& parser = *impl_->parser;
  const bool had_head = parser.has_head();
  error_code failure;
  const std::size_t used = parser.feed(bytes, failure);
  if (!had_head) {
    impl_->head_bytes += used;
    const std::size_t waiting = parser.has_head() ? 0 : bytes.size() - used;
    if (failure == http::error::header_limit || impl_->head_bytes + waiting > impl_->max_head) {
      return {ParseState::kHeadTooBig, used};
    }
  }
  if (failure == http::error::body_limit) return {ParseState::kStopped, used};
  if (failure && failure != http::error::need_more) return {ParseState::kMalformed, used};
  if (parser.has_head() && !std::exchange(impl_->has_told_head, parser.has_head())) {
    return {ParseState::kHead, used};
  }
  return {parser.done() ? ParseState::kDone : ParseState::kNeedMore, used};
}

ParseState MessageParser::put_end() {
  error_code failure;
  impl_->parser->end(failure);
  return failure ? ParseState::kMalformed : ParseState::kDone;
}

MessageHead& MessageParser::head() { return impl_->parser->head; }
bool MessageParser::has_head() const { return impl_->parser->has_head(); }
bool MessageParser::is_done() const { return impl_->parser->done(); }
bool MessageParser::keeps_alive() const { return impl_->parser->lives_on(); }
bool MessageParser::is_chunked() const { return impl_->parser->in_chunks(); }
bool MessageParser::ends_with_connection() const {
  return !is_done() && !is_chunked() && !content_length();
}
std::optional<std::uint64_t> MessageParser::content_length() const {
  return impl_->parser->length();
}

}  // namespace sluice::net
