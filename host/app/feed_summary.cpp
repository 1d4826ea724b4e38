#include "app/feed_summary.hpp"

#include "app/client_host.hpp"
#include "app/terminal_numbers.hpp"
#include "app/terminal_table.hpp"

#include <cmath>
#include <utility>

namespace sluice::app {
namespace {

double to_thousandths(double number) { return std::round(number * 1000) / 1000; }

}  // namespace

double FeedSummary::rate() const {
  const double seconds = std::chrono::duration<double>(time).count();
  return seconds > 0 ? static_cast<double>(tally.sent) / seconds : 0;
}

std::string summary_text(const FeedSummary& summary, std::size_t width) {
  const FeedTally& tally = summary.tally;
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"pages sent", grouped(tally.sent)},
      {"accepted", grouped(tally.accepted)},
      {"skipped", grouped(tally.skipped)},
      {"failed", grouped(tally.failed)},
  };
  if (tally.unreadable > 0) pairs.emplace_back("unreadable", grouped(tally.unreadable));
  pairs.emplace_back("time", spent(summary.time));
  pairs.emplace_back("rate", per_second(summary.rate()));
  pairs.emplace_back("crawl id", summary.crawl_id);
  if (summary.crawl.is_object()) {
    for (const char* name : {"indexed", "unchanged", "pending"}) {
      pairs.emplace_back(name, grouped(count_at(summary.crawl, name)));
    }
  }
  return pairs_text(pairs, width);
}

std::string summary_json(const FeedSummary& summary) {
  const FeedTally& tally = summary.tally;
  nlohmann::ordered_json json = {
      {"pages_sent", tally.sent},
      {"accepted", tally.accepted},
      {"skipped", tally.skipped},
      {"failed", tally.failed},
      {"unreadable", tally.unreadable},
      {"seconds", to_thousandths(std::chrono::duration<double>(summary.time).count())},
      {"rate", to_thousandths(summary.rate())},
      {"crawl_id", summary.crawl_id},
  };
  if (summary.crawl.is_object()) json["crawl"] = summary.crawl;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::app
