// HTTP as this plugin needs it, and the rest of what it needs from outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tei {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, as deadlines of batches are

// Room behind a body for the JSON parser, which reads past the end. At least SIMDJSON_PADDING.
inline constexpr std::size_t kBodyPadding = 64;

struct Call {
  std::string method = "POST";
  std::string path = {};  // behind the service's address
  std::string body = {};
  std::chrono::milliseconds timeout{};
};

struct Reply {
  enum class Loss { kNone, kNoAnswer, kStopping };
  Loss loss = Loss::kNone;
  unsigned status = 0;  // 0 without an answer
  std::string body =
      {};  // with capacity for kBodyPadding more; without an answer: why there is none
  std::chrono::milliseconds retry_after{};  // as the server asked; 0: it did not
};

enum class Weight { kInfo, kWarning, kError };

// Implemented by the component. Any thread; nothing of it is called under a lock.
class Outside {
 public:
  virtual ~Outside() = default;
  virtual Clock::time_point now() const = 0;
  // `done` runs exactly once, on any thread, perhaps before send returns.
  virtual void send(Call call, std::function<void(Reply)> done) = 0;
  virtual void log(Weight weight, std::string_view sentence) = 0;
  // Why there are no vectors now; empty: there are. Comes again and again.
  virtual void tell(std::string_view trouble) = 0;
  // Counts a call to embed, and the texts of one that came back with their vectors.
  virtual void count_call() = 0;
  virtual void count_texts(std::size_t texts, std::size_t tokens) = 0;
};

}  // namespace tei
