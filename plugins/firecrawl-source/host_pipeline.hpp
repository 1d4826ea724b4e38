// The webhook's Pipeline made of the host's interfaces.
#pragma once

#include "pipeline.hpp"

#include <sluice/crawls.hpp>
#include <sluice/plugin.hpp>

#include <chrono>
#include <optional>

namespace firecrawl {

// Turns pages into records and hands them to the host. Owned by the component, whose Host it refers
// to; any thread.
class HostPipeline final : public Pipeline {
 public:
  // Says which interface is missing when the host cannot take events of crawls.
  sluice::Status attach(const sluice::Host& host);

  void take(CrawlNews news, Taken taken) override;

  const sluice::Crawls& crawls() const { return *crawls_; }

 private:
  sluice::OwnedRecord make_record(std::string_view job_id, PageRecord& page,
                                  std::chrono::system_clock::time_point now) const;

  const sluice::Host* host_ = nullptr;
  std::optional<sluice::Crawls> crawls_;
};

}  // namespace firecrawl
