// What a fake receives and what it says: one HTTP request, one answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

struct Header {
  std::string name;
  std::string value;
};

// The value of a header, its name compared without case; empty when there is none.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

struct Request {
  std::string method;
  std::string target;  // path and query, as sent
  std::vector<Header> headers;
  std::string body;

  std::string_view path() const;
  std::string_view query() const;  // without the question mark
  std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

enum class Framing { kLength, kChunked };

// A body that is made while it is sent. On the connection's thread: hands its parts to `send`,
// which waits as long as the client does not read, and says false once it has gone.
struct BodySource {
  enum class End { kWhole, kBroken };  // broken: the connection ends short of the body's end

  std::function<End(const std::function<bool(std::string_view)>& send)> run =
      {};                                  // none: no source
  std::optional<std::size_t> length = {};  // none: in chunks
};

struct Answer {
  unsigned status = 200;
  std::string body = {};
  BodySource source = {};                         // in place of `body`
  std::string content_type = "application/json";  // empty: none is sent
  std::vector<Header> headers = {};               // beside type, length and connection
  std::chrono::milliseconds delay{0};             // before the first byte; ends early when the
                                                  // client goes
  Framing framing = Framing::kLength;
  std::shared_ptr<void> hold = {};  // let go once the answer is out or the client has gone
};

}  // namespace sluice::fakes
