// The exactly-once of an answer.
#include "net/exchange.hpp"

#include <utility>

namespace sluice::net {

Exchange::Exchange(Request request, Answer answer, ByteCharge charge)
    : request_(std::move(request)), answer_(std::move(answer)), charge_(std::move(charge)) {}

Exchange::~Exchange() {
  if (is_answered_.load(std::memory_order_relaxed)) return;
  respond(
      error_response(500, "The server gave the request up without an answer; its log says why."));
}

void Exchange::respond(Response response) {
  // Relaxed: the flag only picks the winner; the answer itself travels through what answer_ posts.
  if (is_answered_.exchange(true, std::memory_order_relaxed)) return;
  answer_(std::move(response));
}

void Exchange::release_body() {
  request_.body = std::string();  // its room too, unlike clear
  charge_ = ByteCharge();
}

void Exchange::when_gone(std::function<void()> on_gone) {
  {
    const std::scoped_lock lock(mutex_);
    if (!is_gone_) {
      on_gone_ = std::move(on_gone);
      return;
    }
  }
  on_gone();
}

bool Exchange::is_watched() const {
  const std::scoped_lock lock(mutex_);
  return on_gone_ != nullptr;
}

void Exchange::tell_gone() {
  std::function<void()> on_gone;
  {
    const std::scoped_lock lock(mutex_);
    is_gone_ = true;
    on_gone.swap(on_gone_);
  }
  if (on_gone) on_gone();
}

}  // namespace sluice::net
