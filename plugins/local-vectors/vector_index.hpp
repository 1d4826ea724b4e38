// VectorIndex: exact nearest-neighbour search over chunks that are kept in a file.
#pragma once

#include "attributes.hpp"
#include "quantise.hpp"
#include "vector_memory.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace local_vectors {

class RowFile;
class RowReader;

// One change to the index. A view: lives as long as the call it is passed to.
struct Change {
  enum class Kind : std::uint8_t {
    kPut,    // add the chunk, or replace the one with its document and ordinal
    kRemove  // the document's chunks from `ordinal` on; all of it from 0
  };
  Kind kind = Kind::kPut;
  std::string_view document_id;
  std::uint32_t ordinal = 0;
  // The rest is for kPut alone.
  std::span<const float> vector;  // any length but zero; scaled to one when it is kept
  std::string_view text;
  std::string_view metadata;  // one JSON object
  AttributeViews attributes;
};

struct Verdict {
  enum class Kind : std::uint8_t { kDone, kReject, kRetry };
  Kind kind = Kind::kDone;
  std::string sentence;  // for the operator, unless done
};

struct Query {
  std::span<const float> vector;
  std::size_t limit = 10;
  Filter filter;
  Deadline deadline = Deadline::max();
};

struct Hit {
  std::string document_id;
  std::uint32_t ordinal = 0;  // of its best chunk
  float score = 0;            // cosine of the angle, -1 to 1
  std::string text;
  std::string metadata;
};

struct Found {
  std::vector<Hit> hits;        // one per document; best first, equal scores by document id
  std::uint64_t documents = 0;  // that match, kTotalLimit at most
  bool is_exact = true;         // false: there are more than kTotalLimit
};
inline constexpr std::uint64_t kTotalLimit = 10'000;

// Why a search found no answer.
struct SearchFailure {
  enum class Kind : std::uint8_t { kBadQuery, kLate, kRetry };
  Kind kind = Kind::kRetry;
  std::string sentence;
};

struct IndexSettings {
  std::filesystem::path file;
  std::chrono::milliseconds patience = std::chrono::seconds{5};  // with others that use the file
  DotRows dot_rows = fastest_dot_rows();
};

// Any thread may call. Searches run side by side and are not held back by writes; writes run one
// after the other.
class VectorIndex {
 public:
  // Reads the vectors of the file into memory, a quarter of their size. Throws std::runtime_error
  // with a sentence when the file cannot be used.
  explicit VectorIndex(IndexSettings settings);
  ~VectorIndex();
  VectorIndex(const VectorIndex&) = delete;
  VectorIndex& operator=(const VectorIndex&) = delete;

  // In order, in one transaction, on disk when this returns: the rejected ones are left out, the
  // others are all done or all to be tried again. One verdict per change.
  std::vector<Verdict> apply(std::span<const Change> changes);

  std::variant<Found, SearchFailure> search(const Query& query) const;

  // Nothing is to be done for a while: gives back what is kept for speed alone.
  void rest();

  std::uint64_t documents() const { return memory_.documents(); }
  std::uint64_t chunks() const { return memory_.chunks(); }
  std::size_t dimension() const { return memory_.dimension(); }

 private:
  struct Rescored;
  class Borrowed;  // a reader from the pool, for one search

  void load();
  std::string why_unfit(const Change& change, std::size_t dimension) const;
  void write(std::span<const Change> changes, std::span<const std::vector<float>> units);
  std::variant<std::vector<Rescored>, SearchFailure> rescore(RowReader& reader, const Scan& scan,
                                                             const Query& query) const;

  const IndexSettings settings_;
  VectorMemory memory_;

  std::mutex write_mutex_;  // guards file_ and the writer's side of memory_
  std::unique_ptr<RowFile> file_;

  mutable std::mutex readers_mutex_;                         // guards readers_
  mutable std::vector<std::unique_ptr<RowReader>> readers_;  // idle ones
};

}  // namespace local_vectors
