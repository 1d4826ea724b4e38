// The embedded keyword index as a whole: rows on disk, postings in memory, and what keeps both
// equal.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "index/analyzer.hpp"
#include "index/memory_index.hpp"
#include "index/pool.hpp"
#include "index/snapshot.hpp"
#include "index/store.hpp"

namespace bm25 {

struct Settings {
  AnalyzerSettings analyzer;
  Bm25Parameters bm25;
};

// One step of a batch.
struct Write {
  enum class Kind {
    kUpsert,  // `chunk` takes the place of what its document has under its ordinal
    kTrim,    // chunk.document has `count` chunks now: those from there on go
    kErase,   // chunk.document goes, with all its chunks
  };
  Kind kind = Kind::kUpsert;
  Chunk chunk;
  std::uint32_t count = 0;
};

struct Failure {
  enum class Kind {
    kTransient,  // the same batch may work later
    kBroken,     // the database is damaged: nothing will work until somebody looks at it
  };
  Kind kind = Kind::kTransient;
  std::string message;
};

struct SearchRequest {
  std::string_view query;
  std::string_view filter;  // a JSON object as Filter takes it; may be empty
  std::size_t limit = 10;
};

struct SearchHit {
  Chunk chunk;  // the best of its document
  std::string snippet;
  float score = 0;
};

struct SearchResult {
  std::vector<SearchHit> hits;
  std::uint64_t total = 0;  // documents that match, exactly
};

// Any thread may call anything. Batches run one at a time but analyse their texts side by side; a
// search waits for a batch for a fraction of a millisecond at most.
class KeywordIndex {
 public:
  // Opens or creates the index in `folder`. Throws std::runtime_error with a sentence.
  KeywordIndex(const std::filesystem::path& folder, const Settings& settings);
  // Saves a snapshot, so that the next start is fast.
  ~KeywordIndex();
  KeywordIndex(const KeywordIndex&) = delete;
  KeywordIndex& operator=(const KeywordIndex&) = delete;

  // All or nothing; when it returns, the disk has it and searches find it. Writing the same again
  // changes nothing.
  std::optional<Failure> write(std::span<const Write> batch);

  // Throws std::invalid_argument when the filter cannot be used, SQLite::Exception when the rows
  // cannot be read.
  SearchResult search(const SearchRequest& request);

  // The ranking alone, without reading rows: what a search costs the index.
  IndexResult rank(const SearchRequest& request);

  IndexCounts counts() const { return memory()->counts(); }

  // Nothing is to be done for a while: gives back what is kept for speed alone.
  void rest();

  // Writes the snapshot now. Throws std::runtime_error.
  void save();

 private:
  struct Planned;

  std::shared_ptr<MemoryIndex> memory() const;
  void open_index();
  std::shared_ptr<MemoryIndex> load();
  void replay(MemoryIndex& into, RowId after);
  void apply(std::span<const IndexChange> changes);
  Planned plan(std::span<const Write> batch, std::vector<AnalyzedChunk>& analyzed);
  void plan_upsert(const Write& write, AnalyzedChunk&& terms, Planned& out);
  void plan_erase(const std::string& document, std::uint32_t first, Planned& out);
  IndexResult find(const MemoryIndex& index, const SearchRequest& request,
                   const std::vector<QueryWord>& words);
  Failure failure_of(const std::exception& error) const;

  void maintain();
  bool has_work() const;
  void checkpoint();
  void compact_rest();
  void rewrite_sparse_rows();
  std::string fingerprint() const;

  const std::filesystem::path folder_;
  const Settings settings_;

  Pool<Analyzer> analyzers_;
  Pool<StoreReader> readers_;

  // Guards index_, not what it points to. Shared: another takes its place when it has missed a
  // change for want of memory, and searches under way keep theirs.
  mutable std::mutex index_mutex_;
  std::shared_ptr<MemoryIndex> index_;

  // Guards store_ and the writing side of what index_ points to.
  std::mutex writer_mutex_;
  std::unique_ptr<Store> store_;
  bool is_behind_ = false;  // memory lacks changes that the rows have: it is loaded anew first

  // Guards the writing of the snapshot file.
  std::mutex snapshot_mutex_;

  // What the maintenance thread looks at; figures only, so relaxed.
  std::atomic<std::uint64_t> unsaved_changes_ = 0;
  std::atomic<bool> has_garbage_ = false;

  // Guards is_stopping_.
  std::mutex maintenance_mutex_;
  std::condition_variable maintenance_wakes_;
  bool is_stopping_ = false;
  std::thread maintenance_;
};

}  // namespace bm25
