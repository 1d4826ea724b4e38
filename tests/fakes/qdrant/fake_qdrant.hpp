// FakeQdrant: Qdrant's REST API as its clients see it, in memory, searched exactly.
#pragma once

#include "fakes/server/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::fakes {

enum class Strictness { kLax, kStrict };

struct QdrantOptions {
  std::string version = "1.19.0";
  std::string api_key = {};                  // empty: nobody is asked for one
  std::string read_only_key = {};            // may look, not change
  Strictness strictness = Strictness::kLax;  // kStrict: filters want indexes, as in Qdrant's cloud
  std::chrono::milliseconds write_time{0};   // of each upsert and removal
  std::chrono::milliseconds search_time{0};  // of each query
  ServerOptions server = {.idle_timeout = std::chrono::seconds{5}};  // its port, TLS, limits
};

// What the next writes with `wait=true` say although they were not applied in time.
enum class WriteStatus { kAcknowledged, kWaitTimeout };

struct QdrantCounters {
  std::uint64_t collections_made = 0;
  std::uint64_t indexes_made = 0;
  std::uint64_t upserts = 0;          // requests that were applied
  std::uint64_t points_upserted = 0;  // in them, also those that replaced another
  std::uint64_t removals = 0;         // requests
  std::uint64_t points_removed = 0;
  std::uint64_t queries = 0;
  std::uint64_t counts = 0;
  std::uint64_t largest_upsert = 0;  // points
};

// Serves from construction to destruction. Every member: any thread.
class FakeQdrant {
 public:
  explicit FakeQdrant(const QdrantOptions& options = {});
  ~FakeQdrant();
  FakeQdrant(const FakeQdrant&) = delete;
  FakeQdrant& operator=(const FakeQdrant&) = delete;

  // Failures of the transport, stop and start, counters of requests and connections.
  HttpServer& server();
  std::string url() const;

  // The next `times` writes wait in vain: applied after `delay`, unless they are lost before.
  void answer_next_writes(std::uint64_t times, WriteStatus status, std::chrono::milliseconds delay);
  // The next upserts apply the first half of their points, then answer 500.
  void break_next_upserts(std::uint64_t times);
  // As a crash would: what was only acknowledged is gone.
  void lose_what_waits();
  // Asks for another key from now on; empty: for none.
  void change_key(const std::string& api_key);
  // /readyz says 503, as while shards recover.
  void set_ready(bool is_ready);

  QdrantCounters counters() const;
  void reset_counters();
  std::size_t points(const std::string& collection) const;
  // The payloads of all points as JSON text, in the order of the ids.
  std::vector<std::string> payloads(const std::string& collection) const;
  // The ids in their order.
  std::vector<std::string> ids(const std::string& collection) const;
  void drop_collection(const std::string& collection);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::fakes
