// What goes over the wire in HTTP, as values: headers, requests, responses.
#pragma once

#include "net/body_pipe.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::net {

struct Header {
  std::string name = {};
  std::string value = {};
};

// Letters in ASCII compare without case.
bool equal_without_case(std::string_view left, std::string_view right);

// The first header of that name, in any case; nullptr when there is none.
const std::string* find_header(const std::vector<Header>& headers, std::string_view name);

// One request as the server read it.
struct Request {
  std::string method = {};
  std::string target = {};                 // as sent: path and query, nothing decoded
  std::string path = {};                   // the target's path, as sent
  std::string query = {};                  // the target's query without '?', as sent
  std::vector<std::string> segments = {};  // the path between its slashes, percent-decoded
  std::vector<Header> headers = {};
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> params =
      {};                           // {name} of the route and its value
  std::string remote_address = {};  // without the port
  std::string request_id = {};

  std::optional<std::string_view> header(std::string_view name) const;

  // Empty when the route has no such parameter.
  std::string_view param(std::string_view name) const;
};

// A body that comes after its head, part by part.
struct BodyStream {
  BodyReader parts;
  std::optional<std::uint64_t> length = {};  // bytes, where it is known
};

struct Response {
  unsigned status = 200;
  std::string content_type = {};
  std::string body = {};
  std::vector<Header> headers = {};
  // In place of `body`. Shared, so that a response can be copied; one connection reads it.
  std::shared_ptr<BodyStream> stream = {};
};

Response json_response(unsigned status, std::string body);

// {"detail": "..."} with `detail` escaped; bytes that are not UTF-8 become U+FFFD.
Response error_response(unsigned status, std::string_view detail);

// "Not Found" for 404; "Unknown" for what has no name.
std::string_view reason_phrase(unsigned status);

}  // namespace sluice::net
