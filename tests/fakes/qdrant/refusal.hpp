// Refusal: a request that the server answers with an error.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice::fakes {

// Thrown while a request is looked at, caught where answers are written.
class Refusal : public std::runtime_error {
 public:
  Refusal(unsigned status, const std::string& error) : std::runtime_error(error), status_(status) {}
  unsigned status() const { return status_; }

 private:
  unsigned status_;
};

}  // namespace sluice::fakes
