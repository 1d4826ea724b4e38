// Pages in, questions to the host.
#include "support/service_fault.hpp"

#include <algorithm>
#include <sstream>

namespace sluice::testing {

using nlohmann::json;

ServiceOptions quick_options() {
  return {.settings = {"stages.embed.retry.max=500ms", "stages.vectors.retry.max=500ms",
                       "stages.embed.retry.attempts=1000", "stages.vectors.retry.attempts=1000",
                       "stages.embed.timeout=2s", "stages.vectors.timeout=2s"}};
}

void ServiceFault::send_pages(const std::string& crawl_id) {
  pages_ = PageMaker(crawl_id).make(kFaultPages);
  const Crawl crawl(crawl_id);
  for (const auto& page : pages_) {
    ASSERT_EQ(deliver(service_.http(), crawl.page(page)).status, 202U);
  }
  ASSERT_EQ(deliver(service_.http(), crawl.completed()).status, 200U);
}

void ServiceFault::expect_all(const std::string& crawl_id) {
  const json ledger = service_.host().await_crawl(crawl_id);
  EXPECT_EQ(ledger["indexed"], kFaultPages) << ledger << service_.host().process().err();
  EXPECT_EQ(ledger["failed"], 0) << service_.http().get("/api/dead-letters").body;
  EXPECT_EQ(service_.host().documents(), kFaultPages);
  EXPECT_EQ(service_.points(), service_.chunks("words"));
  for (const auto& page : pages_) EXPECT_EQ(service_.host().found(page.word), 1U) << page.word;
}

void ServiceFault::expect_trouble(const std::string& stage, const std::vector<std::string>& words) {
  std::string said;
  EXPECT_TRUE(eventually([&] {
    said = service_.trouble(stage);
    return !said.empty() && std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return said.find(word) != std::string::npos;
    });
  })) << stage
      << ": " << said;
}

void ServiceFault::expect_recovery(const std::string& stage) {
  EXPECT_TRUE(eventually([&] { return service_.trouble(stage).empty(); }, patient(seconds(30))))
      << stage << ": " << service_.trouble(stage);
}

std::size_t ServiceFault::complaints(const std::string& stage) {
  std::istringstream log(service_.host().process().err());
  std::size_t lines = 0;
  for (std::string line; std::getline(log, line);) {
    const bool is_complaint =
        line.find(" WARN ") != std::string::npos || line.find(" ERROR ") != std::string::npos;
    if (is_complaint && line.find("[" + stage + "]") != std::string::npos) ++lines;
  }
  return lines;
}

}  // namespace sluice::testing
