// What a server's connections share, and the life of one of them.
#pragma once

#include "fakes/server/failure.hpp"
#include "fakes/server/server.hpp"
#include "fakes/server/wire.hpp"

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <vector>

namespace sluice::fakes {

// Counts, and keeps the last requests. Any thread.
class Ledger {
 public:
  explicit Ledger(std::size_t keep_requests) : keep_requests_(keep_requests) {}

  template <class Change>
  void change(Change&& change) {
    const std::scoped_lock lock(mutex_);
    change(counters_);
  }
  Counters counters() const;
  std::vector<Request> requests() const;
  void began(const Request& request);
  void ended();
  void reset();

 private:
  const std::size_t keep_requests_;
  mutable std::mutex mutex_;  // guards what follows
  Counters counters_;
  std::deque<Request> requests_;
};

// Outlives the connections.
struct Shared {
  HttpServer::Handler handler;
  ServerOptions options;
  TlsContext tls;  // null: plain
  Script script;
  Ledger ledger;
  std::atomic<std::chrono::milliseconds> idle_timeout;  // orders nothing else
};

// Between a connection's thread and who wants to close it. Each side writes its own flag first and
// then looks at the other's (sequentially consistent), so that one of them always notices.
struct Leave {
  std::atomic<bool> is_idle{false};    // by the connection: it waits for a request
  std::atomic<bool> is_wanted{false};  // by the other: close when idle
};

// Serves the requests of one client until either side has enough; the socket is closed afterwards.
void serve(Wire& wire, Shared& shared, Leave& leave);

}  // namespace sluice::fakes
