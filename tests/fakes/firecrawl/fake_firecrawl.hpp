// FakeFirecrawl: Firecrawl as its clients and its webhook's receivers see it, without a browser.
#pragma once

#include "fakes/firecrawl/options.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

// Serves from construction to destruction. Every member: any thread.
class FakeFirecrawl {
 public:
  explicit FakeFirecrawl(const FirecrawlOptions& options = {});
  ~FakeFirecrawl();
  FakeFirecrawl(const FakeFirecrawl&) = delete;
  FakeFirecrawl& operator=(const FakeFirecrawl&) = delete;

  // Failures of the transport, stop and start, counters of requests and connections.
  HttpServer& server();
  std::string url() const;

  // For what is asked from now on; what `server` says stays.
  void change(const std::function<void(FirecrawlOptions&)>& edit);

  // Puts a page on the web, or another one in its place.
  void publish(SitePage page);
  void publish_all(const std::vector<SitePage>& pages);

  // A crawl without events; returns its id.
  std::string keep(const KeptCrawl& crawl);
  // Results live for a day: from now on the job is not found.
  void expire(std::string_view id);
  // Whether every job has ended and every delivery was made or given up.
  bool wait_until_idle(std::chrono::milliseconds timeout);

  FirecrawlCounters counters() const;
  void reset_counters();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// X-Firecrawl-Signature of a body.
std::string firecrawl_signature(std::string_view body, std::string_view secret);

}  // namespace sluice::fakes
