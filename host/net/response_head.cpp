// Serialising heads by hand: it is a few appends, where Beast's serializer costs several
// allocations.
#include "net/response_head.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sluice::net {

namespace {

constexpr std::array<std::string_view, 7> kOwnHeaders = {
    "Content-Length", "Transfer-Encoding", "Connection",    "Keep-Alive",
    "Date",           "X-Request-ID",      "X-Process-Time"};

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return letter > ' ' && letter < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(letter) == std::string_view::npos;
  });
}

void append(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  for (const char letter : value) {
    const bool breaks_line = letter == '\r' || letter == '\n' || letter == '\0';
    head += breaks_line ? ' ' : letter;
  }
  head += "\r\n";
}

// "12.34", and never less than what can be shown.
std::string milliseconds_text(double seconds) {
  constexpr double kLeast = 0.01;
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%.2f", std::max(kLeast, seconds * 1000));
  return {text.data(), static_cast<std::size_t>(size)};
}

// How the reader finds the body's end.
void append_framing(std::string& head, const Response& response, const ResponseFrame& frame) {
  if (is_bodiless(response.status)) return;
  if (frame.is_chunked) return append(head, "Transfer-Encoding", "chunked");
  if (!response.stream) {
    append(head, "Content-Length", std::to_string(response.body.size()));
  } else if (response.stream->length) {
    append(head, "Content-Length", std::to_string(*response.stream->length));
  }
}

}  // namespace

bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

std::string write_head(const Response& response, const ResponseFrame& frame) {
  std::string head;
  head.reserve(256);  // a usual head; more only costs a second allocation
  head += "HTTP/1.1 ";
  head += std::to_string(response.status);
  head += ' ';
  head += reason_phrase(response.status);
  head += "\r\n";
  if (!response.content_type.empty()) append(head, "Content-Type", response.content_type);
  append_framing(head, response, frame);
  append(head, "Date", frame.date);
  append(head, "X-Request-ID", frame.request_id);
  append(head, "X-Process-Time", milliseconds_text(frame.seconds));
  if (!frame.connection.empty()) append(head, "Connection", frame.connection);
  for (const auto& header : response.headers) {
    const bool is_ours = std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(), [&](auto own) {
      return equal_without_case(own, header.name);
    });
    if (!is_ours && is_header_name(header.name)) append(head, header.name, header.value);
  }
  head += "\r\n";
  return head;
}

}  // namespace sluice::net
