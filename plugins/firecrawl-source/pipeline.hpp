// The pipeline as the rest of this folder sees it: news of a crawl, taken in one durable step.
#pragma once

#include "pages.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

enum class PageVerdict {
  kAccepted,
  kDuplicate,  // its crawl already has this document
};

enum class CrawlEnd { kCompleted, kCancelled, kFailed };

// Whether we go on fetching pages of the crawl by ourselves.
enum class Fetch {
  kAsBefore,
  kPending,  // we do, and the crawl is not done before we say otherwise
  kAwaited,  // we will, but nobody is to wait for it
  kEnded,
};

// At a second look at a crawl, what it has already does not count as having come again.
enum class Look { kFirst, kSecond };

// What one event says of its crawl.
struct CrawlNews {
  std::string job_id;
  std::vector<PageRecord> records{};
  std::vector<LeftOutPage> left_out{};
  std::optional<CrawlEnd> end{};  // no more pages are expected, though late ones may come
  Fetch fetch = Fetch::kAsBefore;
  Look look = Look::kFirst;
  std::string warning{};  // a sentence for those who look at the crawl
};

// For the ledger, when no page event came before the closing.
inline constexpr std::string_view kAllCameLate =
    "All pages of this crawl came only with its closing: no page event has reached the webhook. "
    "Check that Firecrawl can reach its address.";

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

}  // namespace firecrawl
