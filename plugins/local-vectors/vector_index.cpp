#include "vector_index.hpp"

#include "common/order/document_order.hpp"
#include "common/sqlite/sqlite_sentence.hpp"
#include "row_file.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace local_vectors {
namespace {

using plugin_common::order_of;
using plugin_common::sentence_for;

constexpr std::size_t kRound = 32;  // rows read from the file between looks at what is still needed

// The `limit`-th best score, below which no row matters any more.
float limit_th_score(std::vector<float> scores, std::size_t limit) {
  if (scores.size() < limit) return -std::numeric_limits<float>::infinity();
  const auto at = scores.begin() + static_cast<std::ptrdiff_t>(limit - 1);
  std::nth_element(scores.begin(), at, scores.end(), std::greater<>());
  return *at;
}

SearchFailure late() {
  return {.kind = SearchFailure::Kind::kLate,
          .sentence =
              "The vector search did not finish before its deadline; give searches more "
              "time or narrow them by a filter."};
}

}  // namespace

// A chunk with its true score: the best of its document so far.
struct VectorIndex::Rescored {
  std::int64_t key = 0;
  std::int64_t document = 0;
  std::uint32_t ordinal = 0;
  float score = 0;

  bool is_better_than(const Rescored& other) const {
    return std::pair{-score, ordinal} < std::pair{-other.score, other.ordinal};
  }
};

class VectorIndex::Borrowed {
 public:
  explicit Borrowed(const VectorIndex& index) : index_(index) {
    {
      const std::lock_guard lock(index_.readers_mutex_);
      if (!index_.readers_.empty()) {
        reader_ = std::move(index_.readers_.back());
        index_.readers_.pop_back();
      }
    }
    if (!reader_) {
      reader_ = std::make_unique<RowReader>(index_.settings_.file, index_.settings_.patience);
    }
    reader_->begin();
  }
  ~Borrowed() {
    reader_->end();
    try {
      const std::lock_guard lock(index_.readers_mutex_);
      index_.readers_.push_back(std::move(reader_));
    } catch (const std::bad_alloc&) {
      // It goes; the next search opens another.
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  RowReader& operator*() { return *reader_; }

 private:
  const VectorIndex& index_;
  std::unique_ptr<RowReader> reader_;
};

VectorIndex::VectorIndex(IndexSettings settings)
    : settings_(std::move(settings)), memory_(settings_.dot_rows) {
  try {
    file_ = std::make_unique<RowFile>(settings_.file, settings_.patience);
    load();
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error(sentence_for(error, settings_.file, "records"));
  }
}

VectorIndex::~VectorIndex() = default;

void VectorIndex::load() {
  const std::size_t dimension = file_->dimension();
  file_->each([&](const RowFile::Loaded& row) {
    if (row.unit.empty() || row.unit.size() != dimension) {
      throw std::runtime_error("The file '" + settings_.file.string() +
                               "' is damaged: its vectors differ in length; move it away and index "
                               "again.");
    }
    memory_.put({.key = row.numbers.key,
                 .document = row.numbers.document,
                 .unit = row.unit,
                 .attributes = row.attributes});
  });
  file_->release_memory();
}

void VectorIndex::rest() {
  {
    const std::lock_guard lock(write_mutex_);
    file_->release_memory();
  }
  const std::lock_guard lock(readers_mutex_);
  for (const auto& reader : readers_) reader->release_memory();
}

std::string VectorIndex::why_unfit(const Change& change, std::size_t dimension) const {
  const std::size_t given = change.vector.size();
  if (given == 0)
    return "The chunk has no vector; put an embedding stage in front of the vector sink.";
  if (given > kMaxDimension) {
    return "The vector has " + std::to_string(given) + " dimensions, more than the " +
           std::to_string(kMaxDimension) + " that local-vectors can hold; use a smaller model.";
  }
  if (dimension != 0 && given != dimension) {
    return "The vector has " + std::to_string(given) + " dimensions, but '" +
           settings_.file.string() + "' holds vectors of " + std::to_string(dimension) +
           "; use the embedder that filled it, or delete the file and index again.";
  }
  return {};
}

std::vector<Verdict> VectorIndex::apply(std::span<const Change> changes) {
  std::vector<Verdict> verdicts(changes.size());
  std::vector<std::vector<float>> units(changes.size());  // empty: nothing to put
  const std::lock_guard lock(write_mutex_);
  try {
    std::size_t dimension = file_->dimension();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (changes[i].kind != Change::Kind::kPut) continue;
      std::string unfit = why_unfit(changes[i], dimension);
      if (unfit.empty()) {
        if (auto unit = unit_vector(changes[i].vector)) {
          units[i] = std::move(*unit);
          dimension = units[i].size();
          continue;
        }
        unfit =
            "The vector has no direction: it is all zeros or has a value that is not a finite "
            "number; check the embedder.";
      }
      verdicts[i] = {.kind = Verdict::Kind::kReject, .sentence = std::move(unfit)};
    }
    write(changes, units);
  } catch (const SQLite::Exception& error) {
    for (Verdict& verdict : verdicts) {
      if (verdict.kind == Verdict::Kind::kDone) {
        verdict = {.kind = Verdict::Kind::kRetry,
                   .sentence = sentence_for(error, settings_.file, "records")};
      }
    }
  }
  return verdicts;
}

// The file first: memory never shows what a crash could still take back.
void VectorIndex::write(std::span<const Change> changes,
                        std::span<const std::vector<float>> units) {
  struct Edit {
    RowNumbers numbers;
    std::size_t put = 0;  // index into changes
    bool is_removal = false;
  };
  std::vector<Edit> edits;
  {
    SQLite::Transaction transaction = file_->begin();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const Change& change = changes[i];
      if (change.kind == Change::Kind::kRemove) {
        for (const std::int64_t key : file_->remove_from(change.document_id, change.ordinal))
          edits.push_back({.numbers = {.key = key, .document = 0}, .put = i, .is_removal = true});
      } else if (!units[i].empty()) {
        if (file_->dimension() == 0) file_->set_dimension(units[i].size());
        const RowNumbers numbers = file_->put({.document_id = change.document_id,
                                               .ordinal = change.ordinal,
                                               .unit = units[i],
                                               .text = change.text,
                                               .metadata = change.metadata,
                                               .attributes = change.attributes});
        edits.push_back({.numbers = numbers, .put = i, .is_removal = false});
      }
    }
    transaction.commit();
  }
  // What finds no memory now comes again with its record; what is removed goes in any case.
  bool has_room = true;
  for (const Edit& edit : edits) {
    if (edit.is_removal) {
      memory_.erase(edit.numbers.key);
      continue;
    }
    try {
      memory_.put({.key = edit.numbers.key,
                   .document = edit.numbers.document,
                   .unit = units[edit.put],
                   .attributes = changes[edit.put].attributes});
    } catch (const std::bad_alloc&) {
      has_room = false;
    }
  }
  if (!has_room) throw std::bad_alloc{};
}

std::variant<Found, SearchFailure> VectorIndex::search(const Query& query) const {
  const std::size_t dimension = memory_.dimension();
  if (dimension == 0) return Found{};
  if (query.vector.size() != dimension) {
    return SearchFailure{.kind = SearchFailure::Kind::kBadQuery,
                         .sentence = "The query vector has " + std::to_string(query.vector.size()) +
                                     " dimensions, but the index holds vectors of " +
                                     std::to_string(dimension) +
                                     "; embed queries with the embedder that filled the index."};
  }
  const auto unit = unit_vector(query.vector);
  if (!unit) {
    return SearchFailure{.kind = SearchFailure::Kind::kBadQuery,
                         .sentence =
                             "The query vector has no direction: it is all zeros or has a "
                             "value that is not a finite number; check the embedder."};
  }
  const Scan scan = memory_.scan(*unit, query.limit, query.filter, query.deadline);
  if (scan.is_late) return late();
  Found found{.hits = {},
              .documents = std::min(scan.documents, kTotalLimit),
              .is_exact = scan.documents <= kTotalLimit};
  if (scan.candidates.empty() || query.limit == 0) return found;
  try {
    Borrowed reader(*this);
    Query scaled = query;
    scaled.vector = *unit;
    auto rescored = rescore(*reader, scan, scaled);
    if (auto* failure = std::get_if<SearchFailure>(&rescored)) return std::move(*failure);
    for (const Rescored& best : std::get<std::vector<Rescored>>(rescored)) {
      RowReader::Text text = (*reader).text(best.key);
      found.hits.push_back({.document_id = (*reader).document_id(best.document),
                            .ordinal = best.ordinal,
                            .score = best.score,
                            .text = std::move(text.text),
                            .metadata = std::move(text.metadata)});
    }
  } catch (const SQLite::Exception& error) {
    return SearchFailure{.kind = SearchFailure::Kind::kRetry,
                         .sentence = sentence_for(error, settings_.file, "records")};
  }
  std::sort(found.hits.begin(), found.hits.end(), [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score
                              : order_of(a.document_id) < order_of(b.document_id);
  });
  if (found.hits.size() > query.limit) found.hits.resize(query.limit);
  return found;
}

// The best chunk of each document that can be among the first `limit`, with its true score; more
// than `limit` of them when scores are equal.
std::variant<std::vector<VectorIndex::Rescored>, SearchFailure> VectorIndex::rescore(
    RowReader& reader, const Scan& scan, const Query& query) const {
  std::unordered_map<std::int64_t, Rescored> best;
  const auto limit_th = [&] {
    std::vector<float> scores;
    scores.reserve(best.size());
    for (const auto& [document, chunk] : best) scores.push_back(chunk.score);
    return limit_th_score(std::move(scores), query.limit);
  };
  float needed = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < scan.candidates.size(); ++i) {
    if (i % kRound == 0) {
      if (std::chrono::steady_clock::now() >= query.deadline) return late();
      needed = limit_th();
    }
    if (scan.candidates[i].upper < needed) break;
    const auto row = reader.vector(scan.candidates[i].key);
    if (!row) continue;  // removed since the scan
    const Rescored chunk{.key = scan.candidates[i].key,
                         .document = row->document,
                         .ordinal = row->ordinal,
                         .score = exact_dot(query.vector, row->unit)};
    const auto [at, is_new] = best.try_emplace(row->document, chunk);
    if (!is_new && chunk.is_better_than(at->second)) at->second = chunk;
  }
  needed = limit_th();
  std::vector<Rescored> found;
  for (const auto& [document, chunk] : best) {
    if (chunk.score >= needed) found.push_back(chunk);
  }
  return found;
}

}  // namespace local_vectors
