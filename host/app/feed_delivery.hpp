// WebhookSender: one event to the webhook, as often as it takes.
#pragma once

#include "net/client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace sluice::app {

// What became of an event.
enum class Outcome {
  kAccepted,
  kSkipped,  // the host had a reason not to take its page
  kFailed,   // the host takes it for unusable, or answered an error
  kBusy,     // 503 or 429: to be sent again
  kLost,     // no answer: to be sent again
};

struct Delivered {
  Outcome outcome = Outcome::kFailed;
  std::string detail;  // a sentence for kFailed and kLost
};

// Reads an answer of the webhook. A 2xx that is not a sluice's counts as accepted.
Delivered judge(const net::ClientResponse& response);

// How long the host asks to wait: Retry-After in seconds, at most `most`; one second if it names
// none.
std::chrono::milliseconds wait_of(const net::ClientResponse& response,
                                  std::chrono::milliseconds most);

// Any thread; `client` outlives it.
class WebhookSender {
 public:
  struct Target {
    std::string url = {};
    std::string secret = {};  // empty: not signed
    std::chrono::milliseconds
        patience{};  // how long one event is sent again while the host is full
  };
  WebhookSender(net::Client& client, Target target);

  // Blocks until the host has answered something other than "later", patience is over, or `stop`.
  // Never kBusy.
  Delivered send(const std::string& body, const std::stop_token& stop) const;

  // Once, without patience: kLost if nobody is there.
  Delivered try_send(const std::string& body) const;

 private:
  net::ClientResponse post(const std::string& body) const;

  net::Client& client_;
  Target target_;
};

// Waits; false if `stop` ended it early.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace sluice::app
