// RequestReader: takes requests from a wire, one after the other.
#pragma once

#include "fakes/server/message.hpp"
#include "fakes/server/wire.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace sluice::fakes {

enum class KeepAlive { kNo, kYes };

struct ReadRequest {
  enum class Outcome { kRequest, kTooLarge, kMalformed, kEnd };
  Outcome outcome = Outcome::kEnd;
  Request request = {};
  KeepAlive keep_alive = KeepAlive::kYes;
};

// One thread.
class RequestReader {
 public:
  RequestReader(Wire& wire, std::size_t max_body) : wire_(&wire), max_body_(max_body) {}

  bool has_pending() const { return !pending_.empty(); }  // bytes of a pipelined request
  ReadRequest read();

 private:
  Wire* wire_;
  std::size_t max_body_;
  std::string pending_;  // received, not parsed yet
};

}  // namespace sluice::fakes
