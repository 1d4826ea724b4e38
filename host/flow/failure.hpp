// Failure: why a record was given up, in the words that operators read under dead letters.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::flow {

struct Failure {
  std::string stage;
  std::string reason;  // one sentence
  uint32_t attempts = 1;
};

}  // namespace sluice::flow
