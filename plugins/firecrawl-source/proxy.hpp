// Proxy: takes Firecrawl's place for its clients. What they ask goes on with the operator's key,
// once it is there and looked into; what comes back goes to them as it comes.
#pragma once

#include "door.hpp"
#include "host_api.hpp"
#include "pipeline.hpp"

#include <sluice/http.hpp>

#include <functional>
#include <memory>
#include <string>

namespace firecrawl {

// Owned by the component, as what it refers to. Any thread; nothing here waits.
class Proxy {
 public:
  struct Settings {
    bool allows_private = false;
    std::chrono::milliseconds timeout{0};  // for Firecrawl to begin an answer, or to go on with it
    bool follows_jobs = false;             // the pages of jobs are fetched when they have ended
  };

  Proxy(Settings settings, HostApi& api, Pipeline& pipeline)
      : settings_(settings), api_(api), pipeline_(pipeline) {}

  // `visit` is kept until the answer is out.
  void answer(sluice::HttpExchange exchange, std::shared_ptr<Visit> visit);

 private:
  void start_job(sluice::HttpExchange given, std::shared_ptr<Visit> visit);
  void pass_on(sluice::HttpExchange given, std::shared_ptr<Visit> visit);
  sluice::HttpRequest request_of(const sluice::HttpExchange& exchange) const;
  void open_job(const std::string& job_id, std::function<void()> then);

  const Settings settings_;
  HostApi& api_;
  Pipeline& pipeline_;
};

}  // namespace firecrawl
