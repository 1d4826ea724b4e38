// Wire: the way to Qdrant, without saying who carries it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qdrant_sink {

struct Call {
  std::string method;
  std::string target;  // "/collections/docs": path and query, after the URL of the server
  std::string body = {};
  std::chrono::milliseconds timeout = std::chrono::seconds{30};  // of the whole exchange
};

struct Reply {
  enum class Way {
    kAnswered,
    kBroken,  // refused, reset, no such host, TLS: `body` says what
    kLate,    // no answer in time
    kStopped  // the host is stopping
  };
  Way way = Way::kAnswered;
  unsigned status = 0;  // of an answer
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
  std::string body = {};
};

// Makes all calls at once and waits for all replies, in the order of the calls. Any thread.
using Wire = std::function<std::vector<Reply>(std::span<const Call>)>;

}  // namespace qdrant_sink
