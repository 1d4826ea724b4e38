// The only file that sees Beast, which parses the requests.
#include "fakes/server/request_reader.hpp"

#include <utility>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <vector>

namespace sluice::fakes {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

namespace {

constexpr std::chrono::seconds kPatience{30};                  // within one request
constexpr std::size_t kRoom = std::size_t{64} * 1024;          // bytes received at a time
constexpr std::uint32_t kMaxHead = std::uint32_t{256} * 1024;  // a test may well send large headers

Request take(Parser& parser) {
  auto message = parser.release();
  Request out;
  out.method = std::string(message.method_string());
  out.target = std::string(message.target());
  for (const auto& field : message) {
    out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  out.body = std::move(message.body());
  return out;
}

}  // namespace

ReadRequest RequestReader::read() {
  Parser parser;
  parser.eager(true);
  parser.header_limit(kMaxHead);
  parser.body_limit(max_body_);
  std::vector<char> room(kRoom);
  bool has_continued = false;
  for (;;) {
    boost::system::error_code failure;
    if (!pending_.empty()) {
      const auto used = parser.put(boost::asio::buffer(pending_), failure);
      pending_.erase(0, used);
    }
    if (failure == http::error::body_limit) return {.outcome = ReadRequest::Outcome::kTooLarge};
    if (failure && failure != http::error::need_more) {
      return {.outcome = ReadRequest::Outcome::kMalformed};
    }
    if (parser.is_done()) {
      const auto keep = parser.keep_alive() ? KeepAlive::kYes : KeepAlive::kNo;
      return {ReadRequest::Outcome::kRequest, take(parser), keep};
    }
    if (parser.is_header_done() && !has_continued &&
        parser.get()[http::field::expect] == "100-continue") {
      has_continued = true;
      if (!wire_->write("HTTP/1.1 100 Continue\r\n\r\n")) return {};
    }
    const auto got = wire_->read(room, kPatience);
    if (!got) return {};
    pending_.append(room.data(), *got);
  }
}

}  // namespace sluice::fakes
