// Firecrawl's REST API as the rest of this folder sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace firecrawl {

struct ApiRequest {
  std::string method = "GET";
  std::string path{};                    // with the version and the query: "/v2/crawl/1?skip=100"
  std::string body{};                    // JSON; empty: none
  std::chrono::milliseconds timeout{0};  // 0: the one of the settings
};

struct ApiReply {
  enum class Lack { kNone, kTimeout, kTooLarge, kStopping, kUnreachable };

  std::uint32_t status = 0;  // 0: no answer; then `lack` says why
  Lack lack = Lack::kNone;
  std::string content_type{};
  std::string retry_after{};
  std::string body{};
};

// A job's id as a segment of a path: whatever a sender called its job, it stays one segment.
std::string segment_of(std::string_view text);

// Any thread; nothing here blocks.
class Api {
 public:
  using Answered = std::function<void(ApiReply)>;

  virtual ~Api() = default;
  // `answered` runs once, on any thread.
  virtual void ask(ApiRequest request, Answered answered) = 0;
};

}  // namespace firecrawl
