// Exchange: one request and the one answer it gets.
#pragma once

#include "net/byte_budget.hpp"
#include "net/message.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace sluice::net {

// Shared, because whoever will answer (a worker, a timer, a plugin) keeps it until then, and the
// body may be read in place as long. An exchange that everybody lets go of unanswered answers 500.
class Exchange {
 public:
  using Answer = std::function<void(Response)>;

  // `answer` is called exactly once, on whichever thread responds; it must not throw. `charge` is
  // given back with the body, or when the exchange goes.
  Exchange(Request request, Answer answer, ByteCharge charge = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const Request& request() const { return request_; }

  // By whoever answers, once the body is not read any more: an answer that takes long keeps no room
  // from the bodies of others.
  void release_body();

  // Any thread, once; what comes later is ignored.
  void respond(Response response);

  // Any thread: `on_gone` is called if the client goes before the answer has begun, on a loop
  // thread, or here if it has gone already. It must not block or throw. A client that only closes
  // its side counts as gone.
  void when_gone(std::function<void()> on_gone);

  // For the connection, on its thread.
  bool is_watched() const;
  void tell_gone();

 private:
  Request request_;
  const Answer answer_;
  ByteCharge charge_;
  std::atomic<bool> is_answered_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::function<void()> on_gone_;
  bool is_gone_ = false;
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace sluice::net
