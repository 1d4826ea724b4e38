// The webhook without HTTP and without the host: from a signature and a body to what goes into the
// pipeline and what is answered.
#pragma once

#include "answer.hpp"
#include "event.hpp"

#include <sluice/url.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace firecrawl {

enum class OnGone {
  kKeep,    // a page that answers 404 or 410 is left out, what is indexed stays
  kDelete,  // its document is deleted as well
};

struct WebhookSettings {
  std::string secret;  // empty: deliveries are not signed
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

enum class PageVerdict {
  kAccepted,
  kDuplicate,  // its crawl already has this document
};

// A page that is not indexed, for the ledger.
struct LeftOutPage {
  enum class Reason { kStatus, kEmpty, kFailed };
  std::string document;  // its id, else the address as it came; may be empty
  Reason reason = Reason::kFailed;
  std::string detail;  // a sentence
};

enum class CrawlEnd { kCompleted, kCancelled, kFailed };

// Whether the pipeline has durably taken what it was given. Anything but kTaken: nothing was.
enum class Intake { kTaken, kFull, kNotWritable, kStopping };

// The pipeline as the webhook sees it. Called by one thread per delivery, several at a time.
class Pipeline {
 public:
  virtual ~Pipeline() = default;

  // A crawl has begun. More than once, and after its pages, is fine.
  virtual Intake open(std::string_view job_id) = 0;

  // All records in one durable step; `verdicts` has one place per record. May move the text out.
  virtual Intake push(std::string_view job_id, std::span<PageRecord> records,
                      std::span<PageVerdict> verdicts) = 0;

  virtual Intake leave_out(std::string_view job_id, std::span<const LeftOutPage> pages) = 0;

  // No more pages are expected, though late ones may come.
  virtual Intake close(std::string_view job_id, CrawlEnd end) = 0;
};

struct Delivery {
  std::string_view signature;  // the header's value; empty when there is none
  std::string_view body;
  std::size_t readable = 0;  // bytes that may be read from body.data() on, at least body.size()
};

// Answers one delivery. The signature is checked before anything is parsed. Any thread.
Answer answer_delivery(const WebhookSettings& settings, const Delivery& delivery,
                       Pipeline& pipeline);

}  // namespace firecrawl
