// The reconciler's Backstage made of the host's interfaces.
#pragma once

#include "door.hpp"
#include "host_pipeline.hpp"
#include "reconciler.hpp"

#include <sluice/draft/health.hpp>
#include <sluice/plugin.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace firecrawl {

// Owned by the component, as what it refers to. Any thread.
class HostBackstage final : public Backstage {
 public:
  HostBackstage(const sluice::Host& host, const HostPipeline& pipeline, Door& door)
      : host_(host), health_(host), pipeline_(pipeline), door_(door) {}

  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }
  std::vector<Unfinished> unfinished(std::chrono::milliseconds quiet, std::size_t limit) override;
  // The work is inside the door.
  void post(std::function<void()> work) override;
  void say_away(std::string_view why) override;
  void say_back() override;

 private:
  const sluice::Host& host_;
  const sluice::Health health_;
  const HostPipeline& pipeline_;
  Door& door_;
};

}  // namespace firecrawl
