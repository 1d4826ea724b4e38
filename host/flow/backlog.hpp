// Backlog: pages that are in the journal and not in memory: those a restart found open, and those
// that batch mode holds until their crawl closes. It reads them back as there is room.
#pragma once

#include "base/worker_pool.hpp"
#include "flow/budget.hpp"
#include "flow/delivery.hpp"
#include "flow/loop.hpp"
#include "journal/journal.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace sluice::flow {

// Owned by the graph; the loop's thread, but for the reading, which one worker does.
class Backlog {
 public:
  struct Policy {
    bool is_holding = false;  // pages of an open crawl wait until it closes
    std::chrono::milliseconds max_hold =
        std::chrono::hours(1);     // or until the first of them is this old
    std::size_t max_loaded = 800;  // pages in memory at a time that came from here
  };
  struct Hooks {
    std::function<void(Delivery::Page)> loaded;
    std::function<void(Delivery::Page)> superseded;  // loaded, and the sinks hold a newer version
    // An entry that is no page, and never will be: its damage says why.
    std::function<void(journal::Journal::StoredEntry)> damaged;
    // The journal cannot be read; it is tried again. Once until it can.
    std::function<void(const std::string& why)> unreadable;
  };

  // `fingerprint`: of the stages, for digests.
  Backlog(Loop& loop, const journal::Journal& journal, Budget& budget, Policy policy,
          std::string fingerprint, Hooks hooks);

  // From now on; what waits moves under the new policy.
  void set_policy(Policy policy);

  enum class Origin : uint8_t { kAccepted, kRecovered };
  void add(const journal::Journal::Head& head, Origin origin);
  // A page that was in memory waits here again, before those that were accepted after it. While
  // paused.
  void put_back(const journal::Journal::Head& head, Origin origin);
  // Its crawl closed: what is held of it may run, and what comes late is not held.
  void close(const std::string& group);
  // One page that came from here has its outcome.
  void ended() { --loaded_; }
  // The sinks hold this version of the document: older ones that wait here are superseded. They are
  // read within a moment, held or not, so that a restart, which does not know that, hardly finds
  // any.
  void indexed(const std::string& document_id, int64_t version);
  // Reads on when there is room. Whoever frees room calls it.
  void pump();
  // Nothing is read until resume.
  void pause() { is_paused_ = true; }
  void resume();
  bool is_reading() const { return is_reading_; }
  // Of the stages from now on. While paused and not reading.
  void set_fingerprint(std::string fingerprint) { fingerprint_ = std::move(fingerprint); }

  std::size_t held() const { return held_; }
  std::size_t waiting() const { return waiting_; }  // held ones too

 private:
  struct Page {  // small: many thousands may be held
    int64_t seq = 0;
    std::size_t document = 0;  // hash of its id
    uint32_t bytes = 0;        // of its payload, which is never as big
    bool is_recovered = false;
    bool is_loaded = false;
  };
  struct Batch {  // of one read; the reader's, then the loop's
    std::vector<Page> asked;
    Result<void> read{};
    std::vector<Delivery::Page> loaded;
    std::vector<journal::Journal::StoredEntry> damaged;
  };
  struct Line {  // the pages of one crawl
    std::string group;
    std::deque<Page> pages;  // by seq
    bool is_held = false;
    Wall::time_point first{};  // when the first of its pages was accepted
  };
  using Lines = std::list<Line>;

  static Page page_of(const journal::Journal::Head& head, Origin origin);
  Line& line_of(const std::string& group, Wall::time_point first);
  bool is_to_hold(const std::string& group) const;
  void hold(Line& line);
  void release(Line& line);
  void watch(const std::string& group);
  void release_when_due(const std::string& group);
  static void insert(Line& line, Page page);
  void remove_if_empty(Lines::iterator line);
  void sweep_soon();
  void sweep();
  void take(std::deque<Page>& from, std::vector<Page>& pages);
  void read(std::vector<Page> pages);
  void load(Batch& batch) const;
  void pass_on(Batch& batch);
  void put_off(const Batch& batch);

  Loop& loop_;
  const journal::Journal& journal_;
  Budget& budget_;
  Policy policy_;
  std::string fingerprint_;  // read by the reader; changes only while it rests
  const Hooks hooks_;
  Lines lines_;  // read in turn, so that one big crawl does not hold up the others
  std::unordered_map<std::string, Lines::iterator> by_group_;
  std::deque<Page> superseded_;             // read before all lines
  std::unordered_set<std::string> closed_;  // crawls that closed while this host runs
  // What the sinks hold, of documents that were indexed since the last sweep or of which a
  // superseded page waits.
  std::unordered_map<std::string, int64_t> in_sinks_;
  std::size_t waiting_ = 0;
  std::size_t held_ = 0;
  std::size_t loaded_ = 0;
  bool is_reading_ = false;
  bool is_paused_ = false;
  bool is_sweep_due_ = false;
  bool is_put_off_ = false;     // a read failed just now
  bool is_unreadable_ = false;  // the last read failed
  WorkerPool reader_{"backlog", 1};
};

}  // namespace sluice::flow
