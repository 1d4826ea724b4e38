// A page as Firecrawl describes it, in an event, in the results of a crawl or in the answer to a
// scrape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firecrawl {

// One element of `data`. Never the reason to refuse its event: what is wrong with it is in `fault`.
struct Document {
  std::string markdown;    // its only copy, to be moved into the record
  std::string url;         // after redirects
  std::string source_url;  // as it was asked for; all that a failed page has
  std::string title;
  std::string description;
  std::string language;
  std::string country;
  std::string target_error;  // the reason phrase of a target that did not answer 2xx
  std::optional<std::int64_t> status_code;
  std::optional<bool> is_mobile;
  std::string_view fault;  // a sentence that lives for ever; empty when the document is readable
};

// An event may carry this many documents: more than Firecrawl's largest crawl by default (10,000),
// and few enough that a body of nothing but empty documents stays cheap.
inline constexpr std::size_t kMaxDocuments = 20'000;

}  // namespace firecrawl
