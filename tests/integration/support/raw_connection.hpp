// Bytes to a port of this machine and back, for what no decent client sends.
#pragma once

#include "support/patience.hpp"

#include <string>
#include <string_view>

namespace sluice::testing {

class RawConnection final {
 public:
  explicit RawConnection(unsigned short port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // False when the other side has hung up.
  bool send(std::string_view bytes) const;
  // No more is to come from here.
  void finish() const;
  // Everything until the other side hangs up, or until `timeout`.
  std::string receive_all(milliseconds timeout) const;

 private:
  int socket_ = -1;
};

// Sends the bytes and returns all that comes back. `timeout` bounds the wait for the end.
std::string exchange(unsigned short port, std::string_view bytes,
                     milliseconds timeout = patient(seconds(5)));

// 408 of "HTTP/1.1 408 Request Timeout ..."; 0 when it is no answer.
unsigned status_of(std::string_view response);

}  // namespace sluice::testing
