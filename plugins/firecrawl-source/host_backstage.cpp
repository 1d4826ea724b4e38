#include "host_backstage.hpp"

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace firecrawl {

std::vector<Unfinished> HostBackstage::unfinished(std::chrono::milliseconds quiet,
                                                  std::size_t limit) {
  std::vector<sluice::UnfinishedCrawl> found;
  // When the ledger cannot be read there is nothing to do; the next look comes in seconds.
  if (!pipeline_.crawls().unfinished(quiet, static_cast<std::uint32_t>(limit), found).ok())
    return {};
  std::vector<Unfinished> crawls;
  crawls.reserve(found.size());
  for (sluice::UnfinishedCrawl& crawl : found) {
    crawls.push_back(
        {std::move(crawl.group), crawl.is_closed, crawl.fetch == SLUICE_FETCH_AWAITED});
  }
  return crawls;
}

void HostBackstage::post(std::function<void()> work) {
  sluice::post(host_, [this, work = std::move(work)] {
    if (!door_.enter()) return;
    const Visit visit(door_);
    try {
      work();
    } catch (const std::exception& e) {
      host_.log(SLUICE_LOG_ERROR,
                std::string("work on an answer of Firecrawl failed: ") + e.what());
    }
  });
}

void HostBackstage::say_away(std::string_view why) {
  const std::string sentence = "Firecrawl " + std::string(why) +
                               "; crawls that have closed are compared with its list later";
  host_.log(SLUICE_LOG_WARN, sentence);
  health_.trouble(sentence);
}

void HostBackstage::say_back() {
  host_.log(SLUICE_LOG_INFO, "Firecrawl answers again");
  health_.trouble({});
}

}  // namespace firecrawl
