// MessageParser: HTTP/1 messages out of bytes as they arrive. Keeps Beast to one .cpp file.
#pragma once

#include "net/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::net {

// The part before the body.
struct MessageHead {
  std::string method;   // of a request
  std::string target;   // of a request
  unsigned status = 0;  // of a response
  bool is_http_1_0 = false;
  std::vector<Header> headers;
};

// Takes a body piece by piece; false stops the parser with kStopped.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual bool take(std::string_view piece) = 0;
};

enum class ParseState {
  kNeedMore,  // everything usable was used
  kHead,      // the head is complete; look at it, then go on
  kDone,      // the message is complete
  kHeadTooBig,
  kMalformed,
  kStopped,  // by the sink
};

enum class MessageKind { kRequest, kResponse, kResponseToHead };

// For one message, on one thread. The sink outlives it.
class MessageParser {
 public:
  MessageParser(MessageKind kind, std::size_t max_head, BodySink& sink);
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  struct Progress {
    ParseState state;
    std::size_t used;  // of the bytes given; the rest is to be given again, followed by more
  };
  Progress put(std::string_view bytes);

  // The connection has ended. kDone when that is how the message ends, else kMalformed.
  ParseState put_end();

  bool has_head() const;
  bool is_done() const;

  // From kHead on.
  MessageHead& head();
  bool keeps_alive() const;
  bool is_chunked() const;
  bool ends_with_connection() const;  // asked before put_end
  std::optional<std::uint64_t> content_length() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::net
