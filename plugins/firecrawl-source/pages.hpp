// Documents sorted into pages worth indexing and pages that only the ledger hears of.
#pragma once

#include "answer.hpp"
#include "document.hpp"

#include <sluice/url.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace firecrawl {

// Firecrawl's words for a page whose content arrives under another URL: not a failure.
inline constexpr std::string_view kRacedRedirect =
    "This URL was not scraped because another scrape job";

enum class OnGone {
  kKeep,    // a page that answers 404 or 410 is left out, what is indexed stays
  kDelete,  // its document is deleted as well
};

// Which pages are worth indexing.
struct PageRules {
  std::int64_t min_status = 200;
  std::int64_t max_status = 399;
  OnGone on_gone = OnGone::kKeep;
};

// One record for the pipeline: a page to index or, with kDelete, a document to remove.
struct PageRecord {
  enum class Op { kIndex, kDelete };
  Op op = Op::kIndex;
  sluice::PageUrl id;
  std::string url;  // as it was written
  Document document;
};

// A page that is not indexed, for the ledger.
struct LeftOutPage {
  enum class Reason { kStatus, kEmpty, kFailed };
  std::string document;  // its id, else the address as it came; may be empty
  Reason reason = Reason::kFailed;
  std::string detail;  // a sentence
};

// The documents of one event, sorted.
struct Sorted {
  std::vector<PageRecord> records;
  std::vector<std::string> names;  // one a record: what the sender may call it; a deletion has none
  std::vector<LeftOutPage> left_out;  // those on purpose and those that cannot be used
  Tally tally;
};

Sorted sort_documents(const PageRules& rules, std::string_view job_id,
                      std::vector<Document> documents);

// What the ledger calls a document: its id, else the address as it came.
std::string ledger_name(const Document& document);

// The same for the documents of one event, of which some may have no address at all. Those are told
// apart by what they say and by how many like them came before in the event, so that each counts
// once however often the event is delivered.
class LedgerNames {
 public:
  std::string of(const Document& document, std::string_view why);

 private:
  std::unordered_map<std::string, std::size_t> nameless_;  // how many of each
};

}  // namespace firecrawl
