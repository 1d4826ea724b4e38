// The webhook's Pipeline made of the host's interfaces.
#pragma once

#include "webhook.hpp"

#include <sluice/plugin.hpp>

#include <chrono>

namespace firecrawl {

// Turns pages into records and hands them to the host. Owned by the component, whose Host it refers
// to; any worker thread.
class HostPipeline final : public Pipeline {
 public:
  // Says which interface is missing when the host cannot take events of many pages.
  sluice::Status attach(const sluice::Host& host);

  Intake open(std::string_view job_id) override;
  Intake push(std::string_view job_id, std::span<PageRecord> records,
              std::span<PageVerdict> verdicts) override;
  Intake leave_out(std::string_view job_id, std::span<const LeftOutPage> pages) override;
  Intake close(std::string_view job_id, CrawlEnd end) override;

 private:
  sluice::OwnedRecord make_record(std::string_view job_id, PageRecord& page,
                                  std::chrono::system_clock::time_point now) const;

  const sluice::Host* host_ = nullptr;
  const sluice_emit* emit_ = nullptr;
  const sluice_crawls* crawls_ = nullptr;
};

}  // namespace firecrawl
