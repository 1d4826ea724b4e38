#include "index/keyword_index.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>

#include "index/snippet.hpp"

namespace bm25 {
namespace {

constexpr const char* kDatabaseFile = "keyword.db";
constexpr const char* kSnapshotFile = "keyword.snapshot";

// A snapshot in the background after this many changed chunks, or a quarter of the index if that is
// more: replaying them takes a fraction of a second, and saving stays cheap per change.
constexpr std::uint64_t kSnapshotChanges = 20'000;

constexpr int kCheckpointPages = 1'000;  // 8 MiB of log: then copy it over, beside the commits
constexpr int kLongLogPages = 4'000;     // 32 MiB: hold the commits for the rest, or it never ends

constexpr std::chrono::microseconds kCompactInBatch{1'000};
constexpr std::chrono::microseconds kCompactIdle{2'000};

constexpr std::size_t kReplayRows = 1'024;  // read in one go
constexpr std::size_t kRewriteRows = 64;    // of a sparse page, in one batch

ChunkText text_of(const Chunk& chunk) {
  return {chunk.title, chunk.headings, chunk.text, chunk.attributes.language};
}

}  // namespace

struct KeywordIndex::Planned {
  std::vector<IndexChange> changes;
};

KeywordIndex::KeywordIndex(const std::filesystem::path& folder, const Settings& settings)
    : folder_(folder),
      settings_(settings),
      analyzers_([this] { return std::make_unique<Analyzer>(settings_.analyzer); }),
      readers_([this] { return std::make_unique<StoreReader>(folder_ / kDatabaseFile); }) {
  const std::string& language = settings.analyzer.language;
  if (language != "auto" && !language_of_tag(language)) {
    throw std::runtime_error("\"" + language +
                             "\" is not a language; write auto or a tag such as en or pt-BR.");
  }
  try {
    std::filesystem::create_directories(folder_);
    store_ = std::make_unique<Store>(folder_ / kDatabaseFile);
    open_index();
  } catch (const std::exception& error) {
    throw std::runtime_error("The keyword index in " + folder_.string() +
                             " cannot be opened: " + error.what() + ".");
  }
  maintenance_ = std::thread([this] { maintain(); });
}

KeywordIndex::~KeywordIndex() {
  {
    const std::lock_guard lock(maintenance_mutex_);
    is_stopping_ = true;
  }
  maintenance_wakes_.notify_all();
  maintenance_.join();
  try {
    if (unsaved_changes_.load(std::memory_order_relaxed) > 0) save();
    readers_.take()->checkpoint();
  } catch (const std::exception&) {
    // The rows are durable; the next start only takes longer.
  }
}

// Everything that decides which terms a text has. k1 and b are not part of it: they are applied
// when a search runs.
std::string KeywordIndex::fingerprint() const {
  return "analyzer " + std::to_string(kAnalyzerVersion) + ", language " +
         settings_.analyzer.language + ", stemming " + (settings_.analyzer.stemming ? "on" : "off");
}

std::shared_ptr<MemoryIndex> KeywordIndex::memory() const {
  const std::lock_guard lock(index_mutex_);
  return index_;
}

void KeywordIndex::open_index() {
  const SnapshotStamp expected{store_->identity(), fingerprint(), 0};
  const auto snapshot = SnapshotFile::open(folder_ / kSnapshotFile, expected);
  // A snapshot from after a database that was put back from a backup knows rows that never were.
  if (snapshot && snapshot->watermark() <= store_->last_row()) {
    index_ = std::make_shared<MemoryIndex>();
    const std::vector<RowId> rows = readers_.take()->rows_up_to(snapshot->watermark());
    if (snapshot->load(*index_, rows)) {
      replay(*index_, snapshot->watermark());
      return;
    }
  }
  index_ = load();
}

// From the rows alone.
std::shared_ptr<MemoryIndex> KeywordIndex::load() {
  auto fresh = std::make_shared<MemoryIndex>();
  replay(*fresh, 0);
  return fresh;
}

// Brings memory up to rows that are on disk already. Throws std::bad_alloc when there is no room;
// the next call loads all rows anew. With writer_mutex_.
void KeywordIndex::apply(std::span<const IndexChange> changes) {
  if (is_behind_) {
    auto fresh = load();
    {
      const std::lock_guard lock(index_mutex_);
      index_.swap(fresh);
    }
    is_behind_ = false;
    return;  // the rows have these changes too
  }
  is_behind_ = true;  // unless it gets to its end
  index_->apply(changes);
  is_behind_ = false;
}

// Reads and analyses the rows above `after`, in parallel, and adds them in order.
void KeywordIndex::replay(MemoryIndex& into, RowId after) {
  const std::size_t threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  const auto reader = readers_.take();
  std::vector<StoredChunk> rows;
  const auto read = [&] {
    rows.clear();
    after = reader->scan(after, kReplayRows * threads,
                         [&](StoredChunk&& row) { rows.push_back(std::move(row)); });
  };
  for (read(); !rows.empty(); read()) {
    unsaved_changes_.fetch_add(rows.size(), std::memory_order_relaxed);
    std::vector<IndexChange> changes(rows.size());
    const auto analyze = [&](std::size_t first, std::size_t last) {
      const auto analyzer = analyzers_.take();
      for (std::size_t i = first; i < last; ++i) {
        changes[i] = {.kind = IndexChange::Kind::kAdd,
                      .row = rows[i].row,
                      .terms = analyzer->analyze(text_of(rows[i].chunk)),
                      .document = std::move(rows[i].chunk.document),
                      .ordinal = rows[i].chunk.ordinal,
                      .attributes = rows[i].chunk.attributes};
      }
    };
    std::vector<std::future<void>> parts;
    for (std::size_t first = 0; first < rows.size(); first += kReplayRows) {
      parts.push_back(std::async(std::launch::async, analyze, first,
                                 std::min(first + kReplayRows, rows.size())));
    }
    for (auto& part : parts) part.get();
    into.apply(changes);
  }
}

std::optional<Failure> KeywordIndex::write(std::span<const Write> batch) {
  try {
    std::vector<AnalyzedChunk> analyzed(batch.size());
    {
      const auto analyzer = analyzers_.take();
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i].kind != Write::Kind::kUpsert) continue;
        analyzed[i] = analyzer->analyze(text_of(batch[i].chunk));
      }
    }
    const std::lock_guard lock(writer_mutex_);
    const Planned planned = plan(batch, analyzed);
    if (planned.changes.empty() && !is_behind_) {
      return std::nullopt;
    }
    apply(planned.changes);
    has_garbage_.store(index_->compact(kCompactInBatch), std::memory_order_relaxed);
    unsaved_changes_.fetch_add(planned.changes.size(), std::memory_order_relaxed);
  } catch (const std::exception& error) {
    return failure_of(error);
  }
  if (has_work()) {
    maintenance_wakes_.notify_one();
  }
  return std::nullopt;
}

// Brings the rows up to date in one transaction; returns what that means for the index in memory.
KeywordIndex::Planned KeywordIndex::plan(std::span<const Write> batch,
                                         std::vector<AnalyzedChunk>& analyzed) {
  Planned planned;
  store_->begin();
  try {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Write& write = batch[i];
      switch (write.kind) {
        case Write::Kind::kUpsert:
          plan_upsert(write, std::move(analyzed[i]), planned);
          break;
        case Write::Kind::kTrim:
          plan_erase(write.chunk.document, write.count, planned);
          break;
        case Write::Kind::kErase:
          plan_erase(write.chunk.document, 0, planned);
          break;
      }
    }
    if (planned.changes.empty()) {
      store_->rollback();
    } else {
      store_->commit();
    }
  } catch (...) {
    store_->rollback();
    throw;
  }
  return planned;
}

void KeywordIndex::plan_upsert(const Write& write, AnalyzedChunk&& terms, Planned& out) {
  const Chunk& chunk = write.chunk;
  if (const auto old = store_->find(chunk.document, chunk.ordinal)) {
    if (old->chunk == chunk) {
      return;
    }
    out.changes.push_back({.kind = IndexChange::Kind::kRemove,
                           .row = old->row,
                           .terms = analyzers_.take()->analyze(text_of(old->chunk)),
                           .document = {},
                           .ordinal = 0,
                           .attributes = {}});
    store_->erase(old->row);
  }
  out.changes.push_back({.kind = IndexChange::Kind::kAdd,
                         .row = store_->insert(chunk),
                         .terms = std::move(terms),
                         .document = chunk.document,
                         .ordinal = chunk.ordinal,
                         .attributes = chunk.attributes});
}

void KeywordIndex::plan_erase(const std::string& document, std::uint32_t first, Planned& out) {
  const auto analyzer = analyzers_.take();
  for (const StoredChunk& old : store_->erase(document, first)) {
    out.changes.push_back({.kind = IndexChange::Kind::kRemove,
                           .row = old.row,
                           .terms = analyzer->analyze(text_of(old.chunk)),
                           .document = {},
                           .ordinal = 0,
                           .attributes = {}});
  }
}

Failure KeywordIndex::failure_of(const std::exception& error) const {
  const std::string where = "the keyword index in " + folder_.string();
  const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&error);
  switch (sqlite == nullptr ? SQLITE_ERROR : sqlite->getErrorCode()) {
    case SQLITE_FULL:
      return {Failure::Kind::kTransient, "The disk of " + where + " is full; make room on it."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Failure::Kind::kTransient, "Another program has locked " + where + "; close it."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Failure::Kind::kBroken, "The database of " + where +
                                          " is damaged; stop the host, remove that folder and "
                                          "crawl again, or put back a copy."};
    default:
      return {Failure::Kind::kTransient,
              "A batch could not be written to " + where + ": " + error.what() + "."};
  }
}

IndexResult KeywordIndex::rank(const SearchRequest& request) {
  const auto index = memory();
  return find(*index, request, analyzers_.take()->analyze_query(request.query, index->languages()));
}

void KeywordIndex::rest() {
  analyzers_.clear();
  const std::lock_guard lock(writer_mutex_);
  store_->release_memory();
  if (!is_behind_) index_->tighten();
}

IndexResult KeywordIndex::find(const MemoryIndex& index, const SearchRequest& request,
                               const std::vector<QueryWord>& words) {
  return index.search({.words = words,
                       .filter = Filter::parse(request.filter),
                       .limit = request.limit,
                       .parameters = settings_.bm25});
}

SearchResult KeywordIndex::search(const SearchRequest& request) {
  const auto index = memory();
  const auto analyzer = analyzers_.take();
  const std::vector<QueryWord> words = analyzer->analyze_query(request.query, index->languages());
  const IndexResult found = find(*index, request, words);
  SearchResult result;
  result.total = found.total;
  if (found.hits.empty()) {
    return result;
  }
  const TermWeights weights = term_weights(words, found.idf);
  const auto reader = readers_.take();
  for (const IndexHit& hit : found.hits) {
    auto chunk = reader->find(hit.row, hit.document, hit.ordinal);
    if (!chunk) continue;  // deleted since the index was read
    std::string snippet = make_snippet(*analyzer, text_of(*chunk), weights);
    result.hits.push_back(
        {.chunk = std::move(*chunk), .snippet = std::move(snippet), .score = hit.score});
  }
  return result;
}

void KeywordIndex::save() {
  const std::lock_guard saving(snapshot_mutex_);
  SnapshotStamp stamp{{}, fingerprint(), 0};
  MemoryIndex::StateImage image;
  std::shared_ptr<MemoryIndex> index;
  std::uint64_t changes = 0;
  {
    const std::lock_guard lock(writer_mutex_);
    if (is_behind_) return;
    stamp.identity = store_->identity();
    stamp.watermark = store_->last_row();
    index = memory();
    image = index->image();
    changes = unsaved_changes_.load(std::memory_order_relaxed);
  }
  save_snapshot(folder_ / kSnapshotFile, stamp, *index, image);
  unsaved_changes_.fetch_sub(changes, std::memory_order_relaxed);
}

bool KeywordIndex::has_work() const {
  const std::uint64_t changes = unsaved_changes_.load(std::memory_order_relaxed);
  return store_->log_pages() >= kCheckpointPages || changes >= kSnapshotChanges ||
         has_garbage_.load(std::memory_order_relaxed);
}

// The maintenance thread: everything that a batch should not wait for.
void KeywordIndex::maintain() {
  using namespace std::chrono_literals;
  std::unique_lock lock(maintenance_mutex_);
  while (!is_stopping_) {
    maintenance_wakes_.wait_for(lock, 1s);
    if (is_stopping_) break;
    lock.unlock();
    try {
      checkpoint();
      compact_rest();
      rewrite_sparse_rows();
      const std::uint64_t chunks = counts().chunks;
      if (unsaved_changes_.load(std::memory_order_relaxed) >=
          std::max(kSnapshotChanges, chunks / 4)) {
        save();
      }
    } catch (const std::exception&) {
      // A full disk, most likely: batches report it, and the next round tries again.
    }
    lock.lock();
  }
}

void KeywordIndex::checkpoint() {
  if (store_->log_pages() < kCheckpointPages) {
    return;
  }
  const auto reader = readers_.take();
  reader->checkpoint();
  if (store_->log_pages() >= kLongLogPages) {
    const std::lock_guard lock(writer_mutex_);
    reader->checkpoint();
  }
}

void KeywordIndex::compact_rest() {
  while (has_garbage_.load(std::memory_order_relaxed)) {
    const std::lock_guard lock(writer_mutex_);
    has_garbage_.store(index_->compact(kCompactIdle), std::memory_order_relaxed);
  }
}

// Moves the chunks of a page that is mostly dead to the newest one, by writing their rows anew.
void KeywordIndex::rewrite_sparse_rows() {
  const std::vector<RowId> rows = memory()->sparse_rows();
  const auto reader = readers_.take();
  for (std::size_t first = 0; first < rows.size(); first += kRewriteRows) {
    const std::lock_guard lock(writer_mutex_);
    if (is_behind_) return;
    std::vector<IndexChange> changes;
    const auto analyzer = analyzers_.take();
    store_->begin();
    try {
      for (std::size_t i = first; i < std::min(first + kRewriteRows, rows.size()); ++i) {
        const auto old = reader->row(rows[i]);
        if (!old) continue;  // replaced in the meantime
        const AnalyzedChunk terms = analyzer->analyze(text_of(old->chunk));
        store_->erase(old->row);
        changes.push_back({IndexChange::Kind::kRemove, old->row, terms, {}, 0, {}});
        changes.push_back({IndexChange::Kind::kAdd, store_->insert(old->chunk), terms,
                           old->chunk.document, old->chunk.ordinal, old->chunk.attributes});
      }
      store_->commit();
    } catch (...) {
      store_->rollback();
      throw;
    }
    apply(changes);
    has_garbage_.store(index_->compact(kCompactInBatch), std::memory_order_relaxed);
  }
}

}  // namespace bm25
