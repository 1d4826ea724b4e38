// Delivery: what is still open for one page. It counts the records made from the page, in every
// branch; at zero the page has an outcome.
#pragma once

#include "base/clock.hpp"
#include "crawls/ledger.hpp"
#include "data/record.hpp"
#include "flow/budget.hpp"
#include "flow/failure.hpp"
#include "services/ports.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::flow {

using Digest = std::array<uint8_t, 32>;

// The source that pages have which are replayed from the dead letters.
inline constexpr std::string_view kReplays = "dead-letters";

// Owned by the graph from the moment its page is in memory until its outcome is on disk. The loop's
// thread alone.
class Delivery {
 public:
  // What one stage did with the page and its parts.
  struct Step {
    std::string stage;
    Steady::duration took{};  // of its batches, each counted once
    uint32_t batches = 0;     // with something of the page in them
    uint32_t records = 0;     // of the page, attempts counted
    uint64_t last_batch = 0;
  };
  // What a page brings along: from the emitter, or read back from the journal.
  struct Page {
    data::RecordRef document;
    int64_t seq = 0;     // of its journal entry
    std::string source;  // the instance that pushed it
    uint64_t cookie = 0;
    Digest digest{};
    Wall::time_point received_at;
    bool is_recovered = false;  // read back after a restart: parts of it may be done already
    Load load;                  // what it takes of the budget
    bool is_from_disk = false;  // the backlog counts it
    std::function<void(const services::PageReport&)>
        on_ended{};  // somebody asked what becomes of it

    // Its place among the versions of its document, which count in the order of their arrival. One
    // that is replayed stays what it was; its cookie says so.
    int64_t version() const {
      const bool is_replayed = source == kReplays && cookie > 0;
      return is_replayed ? static_cast<int64_t>(cookie) : seq;
    }
  };

  explicit Delivery(Page page) : page_(std::move(page)) { page_.document->delivery = this; }

  const Page& page() const { return page_; }
  const std::string& document_id() const { return page_.document->id; }
  std::string_view group() const { return page_.document->group(); }
  int64_t version() const { return page_.version(); }

  // The document itself, for the archive, to be read; the delivery keeps a reference of its own.
  // Nobody changes it: what stages get are copies.
  data::RecordRef share() {
    page_.document->references.fetch_add(1, std::memory_order_relaxed);
    return data::RecordRef::adopt(page_.document.get());
  }

  void opened(uint32_t records) { open_ += records; }
  // True when it was the last one.
  bool closed() { return --open_ == 0; }

  // A record arrived at a sink for good; `chunks` is how many its document has in that branch.
  void reached(std::size_t sink, uint32_t chunks);
  // Sink and chunk count, of every sink that holds something of the page.
  const std::vector<std::pair<std::size_t, uint32_t>>& sinks() const { return sinks_; }

  void failed(Failure failure);
  uint32_t failures() const { return failures_; }
  const std::optional<Failure>& failure() const { return failure_; }  // the first

  void worked(const std::string& stage, uint64_t batch, Steady::duration took);
  const std::vector<Step>& steps() const { return steps_; }

  // A stage left the page out; the first reason counts.
  void left_out(std::string reason) {
    if (left_out_.empty()) left_out_ = std::move(reason);
  }
  const std::string& left_out() const { return left_out_; }  // empty: none, or nobody said why

  // Memory beyond what it came with: chunks and vectors.
  void charge(uint64_t bytes) { charged_ += bytes; }
  uint64_t charged() const { return charged_; }

  void count_chunks(uint32_t chunks) { chunks_ += chunks; }
  uint32_t chunks() const { return chunks_; }

  // A page whose chunks are all durable waits for its TRIM before it is done.
  bool is_trimming = false;
  bool is_claimed = false;     // the dedupe component holds a lease for it
  bool is_superseded = false;  // the sinks hold a newer version, so this one was not let in
  uint32_t claims = 0;         // times the claim found it busy
  crawls::Outcome outcome = crawls::Outcome::kIndexed;  // once it is concluded
  // By its outcome the sinks hold this version of its document.
  bool is_in_sinks() const {
    return outcome == crawls::Outcome::kIndexed || outcome == crawls::Outcome::kUnchanged;
  }
  Steady::time_point arrived{};
  Steady::duration at_gate{};  // from its arrival to the dedupe stage's answer
  uint64_t tokens = 0;         // of its chunks, counted when somebody asked

 private:
  Page page_;
  uint32_t open_ = 0;
  uint32_t chunks_ = 0;
  uint64_t charged_ = 0;
  uint32_t failures_ = 0;
  std::optional<Failure> failure_;
  std::string left_out_;
  std::vector<Step> steps_;
  std::vector<std::pair<std::size_t, uint32_t>> sinks_;
};

}  // namespace sluice::flow
