// Any bytes as an answer of Firecrawl's API about a job, a page or a failure.
#include "pages.hpp"
#include "results.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (auto results = firecrawl::parse_results(input)) {
    require(results->documents.size() <= firecrawl::kMaxDocuments);
    const std::size_t count = results->documents.size();
    const auto sorted = firecrawl::sort_documents({}, "job", std::move(results->documents));
    require(sorted.records.size() + sorted.left_out.size() <= 2 * count);
    for (const auto& record : sorted.records) require(!record.id.canonical.empty());
  }
  if (const auto errors = firecrawl::parse_job_errors(input)) {
    require(errors->pages.size() + errors->robots_blocked.size() <= size);
  }
  require(firecrawl::parse_scraped(input).size() <= 1);
  require(firecrawl::parse_error(input).size() <= 3 * size);
  require(firecrawl::seconds_to_wait(input, input) >= 0);
  return 0;
}
