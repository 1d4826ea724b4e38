// The webhook without HTTP and without the host: from a signature and a body to what goes into the
// pipeline and what is answered.
#pragma once

#include "answer.hpp"
#include "event.hpp"

#include <sluice/url.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// What one event says of its crawl.
struct CrawlNews {
  std::string job_id;
  std::vector<PageRecord> records{};
  std::vector<LeftOutPage> left_out{};
  std::optional<CrawlEnd> end{};  // no more pages are expected, though late ones may come
};

// Whether the pipeline has durably taken what it was given. Anything but kTaken: nothing was.
enum class Intake { kTaken, kFull, kNotWritable, kStopping };

// The pipeline as the webhook sees it. Any thread.
class Pipeline {
 public:
  // One verdict per record; none unless taken. Runs once, on any thread, perhaps at once.
  using Taken = std::function<void(Intake, std::span<const PageVerdict>)>;

  virtual ~Pipeline() = default;
  // All of it in one durable step. News without anything in them open the crawl. Never blocks.
  virtual void take(CrawlNews news, Taken taken) = 0;
};

struct Delivery {
  std::string_view signature;  // the header's value; empty when there is none
  std::string_view body;
  std::size_t readable = 0;  // bytes that may be read from body.data() on, at least body.size()
};

// Answers one delivery, once, on this thread or where the pipeline answers. The signature is
// checked before anything is parsed. Nothing of the delivery is needed after the call. Any thread.
using Respond = std::function<void(const Answer&)>;
void answer_delivery(const WebhookSettings& settings, const Delivery& delivery, Pipeline& pipeline,
                     Respond respond);

}  // namespace firecrawl
