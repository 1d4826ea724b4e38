// The floor under every HTTP figure: a Beast handler that reads the body, drops it and answers 202.
#pragma once

#include <cstdint>
#include <memory>

namespace sluice::bench {

// Two threads with an io_context each, buffers of 64 KiB, no timeouts. Serves until it is
// destroyed.
class BareServer {
 public:
  BareServer();
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  std::uint16_t port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::bench
