// The HTTP answers of the webhook, byte for byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

struct Answer {
  int status = 200;
  std::string body;             // JSON
  int retry_after_seconds = 0;  // 0: no Retry-After header
};

// A document that could not be used, though its event could.
struct FailedDocument {
  std::size_t index = 0;  // in the event's `data`
  std::string url;        // empty when there was none
  std::string error;      // a sentence
};

// What became of the documents of one event.
struct Tally {
  std::vector<std::string> job_ids;  // one per accepted page
  std::size_t duplicates = 0;        // pages the ledger already had
  std::size_t left_out = 0;          // on purpose: by status, or without text
  std::vector<FailedDocument> failed;

  std::size_t total() const { return job_ids.size() + duplicates + left_out + failed.size(); }
};

// {"detail": ...} with any status.
Answer error_answer(int status, std::string_view detail);

// 503 with Retry-After: the sender has to send the whole event again.
Answer unavailable_answer(std::string_view detail);

// A page event: queued, no_documents, skipped or failed.
Answer page_answer(const Tally& tally);

// A page event with success: false.
Answer failed_event_answer(std::string_view job_id);

// An event without documents to index, known or unknown.
Answer acknowledged_answer(std::string_view type);
Answer ignored_answer(std::string_view type);

// A completed event that carried pages.
Answer completed_answer(std::string_view type, const Tally& tally);

}  // namespace firecrawl
