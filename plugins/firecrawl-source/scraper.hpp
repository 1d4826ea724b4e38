// Scraper: POST /api/v2/scrape. One page or many through Firecrawl, indexed by the same pipeline as
// a crawl's.
#pragma once

#include "api.hpp"
#include "pages.hpp"
#include "pipeline.hpp"
#include "scrape_cache.hpp"
#include "scrape_request.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace firecrawl {

// Owned by the component; what it stands on outlives it. Any thread; nothing here waits.
class Scraper {
 public:
  struct Settings {
    std::string api_version = "v2";
    PageRules pages = {};
    std::chrono::milliseconds timeout_buffer{10'000};  // on top of a scrape's own timeout
    std::size_t cache_bytes = std::size_t{64} << 20;
    bool follows_jobs = false;  // the pages of a batch are fetched when they are ready
  };
  using Respond = std::function<void(const Answer&)>;
  using Post = std::function<void(std::function<void()>)>;  // runs the work on a worker

  Scraper(Settings settings, Api& api, Pipeline& pipeline, Post post);

  void answer(ScrapeRequest request, Respond respond);

 private:
  struct Asked;  // a request and its sender, while Firecrawl is asked
  using AskedPtr = std::shared_ptr<const Asked>;

  void start_one(const AskedPtr& asked);
  void start_batch(const AskedPtr& asked);
  void ask_job(const AskedPtr& asked);
  void ask(ApiRequest request, const AskedPtr& asked,
           void (Scraper::*then)(const AskedPtr&, const ApiReply&));
  void scraped(const AskedPtr& asked, const ApiReply& reply);
  void batch_started(const AskedPtr& asked, const ApiReply& reply);
  void job_answered(const AskedPtr& asked, const ApiReply& reply);
  void save(const AskedPtr& asked, const ScrapeCache::PagePtr& page, bool was_cached);

  const Settings settings_;
  Api& api_;
  Pipeline& pipeline_;
  const Post post_;
  ScrapeCache cache_;
};

}  // namespace firecrawl
