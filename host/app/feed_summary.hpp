// What a feed has done, as a table for people and as JSON for programs.
#pragma once

#include "app/feed_run.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace sluice::app {

struct FeedSummary {
  FeedTally tally;
  std::chrono::milliseconds time{};  // from the first event to the answer to the last
  std::string crawl_id;
  nlohmann::json crawl;  // the host's ledger item, if it was waited for

  double rate() const;  // pages sent a second
};

std::string summary_text(const FeedSummary& summary, std::size_t width);

// {"pages_sent", "accepted", "skipped", "failed", "unreadable", "seconds", "rate", "crawl_id"} and,
// if it was waited for, "crawl".
std::string summary_json(const FeedSummary& summary);

}  // namespace sluice::app
