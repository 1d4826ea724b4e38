// The first part of an answer, as bytes.
#pragma once

#include "net/message.hpp"

#include <string>
#include <string_view>

namespace sluice::net {

struct ResponseFrame {
  std::string_view request_id;
  std::string_view date;
  std::string_view connection;  // the header's value; empty = none
  double seconds = 0;           // since the first byte of the request, for X-Process-Time
  bool is_chunked = false;      // a stream of unknown length; not chunked, the connection ends it
};

// Status line and headers up to the empty line. Line breaks in values become spaces; headers that
// the server sets itself (length, connection, date, request id) are left out of the response's own.
std::string write_head(const Response& response, const ResponseFrame& frame);

// Whether an answer of this status has neither a body nor a Content-Length.
bool is_bodiless(unsigned status);

}  // namespace sluice::net
