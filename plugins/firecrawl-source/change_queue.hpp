// ChangeQueue: pages that changedetection.io has reported as changed, scraped again and replaced.
#pragma once

#include "answer.hpp"
#include "api.hpp"
#include "pages.hpp"
#include "pipeline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firecrawl {

// Where what is queued survives a restart. Blocks. [worker]
class Shelf {
 public:
  virtual ~Shelf() = default;
  virtual bool put(const std::string& key, const std::string& value) = 0;
  virtual void erase(const std::string& key) = 0;
  virtual std::vector<std::pair<std::string, std::string>> all() = 0;
};

struct Notice {
  std::string_view signature;  // the header's value; empty when there is none
  std::string_view body;
};

// Owned by the component; what it stands on outlives it. Calls come on workers.
class ChangeQueue {
 public:
  struct Settings {
    std::string secret = {};  // empty: notices are not signed
    std::string api_version = "v2";
    PageRules pages = {};
    bool allows_private = false;
  };
  using Post = std::function<void(std::function<void()>)>;  // runs the work on a worker
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  struct Ports {
    Api& api;
    Pipeline& pipeline;
    Shelf& shelf;
    Post post;
    Now now;
  };

  static constexpr std::size_t kMost = 1000;  // waiting; more are refused
  static constexpr std::size_t kAtOnce = 4;

  ChangeQueue(Settings settings, Ports ports);

  // Checks a notice and queues its page.
  Answer take(const Notice& notice);
  // Does what is due; about once a second. The first time it takes up what was queued before a
  // restart.
  void tick();

 private:
  struct Change {
    std::string url;
    std::chrono::steady_clock::time_point due{};
    unsigned failures = 0;
    bool is_busy = false;
  };

  void load();
  void scrape(const std::string& id, const std::string& url);
  void scraped(const std::string& id, const std::string& url, const ApiReply& reply);
  void again(const std::string& id, const std::string& url, const std::string& why);
  void settle(const std::string& id, CrawlNews news);

  const Settings settings_;
  const Ports ports_;

  std::mutex mutex_;                       // guards what follows
  std::map<std::string, Change> changes_;  // by the crawl's id in the ledger
  bool is_loaded_ = false;
};

}  // namespace firecrawl
