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

}  // namespace sluice::net
