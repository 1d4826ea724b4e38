// FakeTei: Text Embeddings Inference as its clients see it, without a model.
#pragma once

#include "fakes/tei/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::fakes {

// Serves from construction to destruction. Every member: any thread.
class FakeTei {
 public:
  explicit FakeTei(const TeiOptions& options = {});
  ~FakeTei();
  FakeTei(const FakeTei&) = delete;
  FakeTei& operator=(const FakeTei&) = delete;

  // Failures of the transport, stop and start, counters of requests and connections.
  HttpServer& server();
  std::string url() const;

  // As a restart with other flags or another model would; what `server` says stays.
  void change(const std::function<void(TeiOptions&)>& edit);
  // The next requests to embed that would be answered well are answered wrongly.
  void twist_next(std::uint64_t times, Twist twist);

  TeiCounters counters() const;
  // How often the text was made into a vector, prompt included.
  std::uint64_t times_embedded(std::string_view text) const;
  std::map<std::string, std::uint64_t, std::less<>> embedded() const;
  void reset_counters();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::fakes
