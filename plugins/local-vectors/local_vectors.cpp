// local-vectors: the sluice.sink/1 and sluice.search/1 roles over a VectorIndex in this instance's
// data folder.
#include "common/json/record_metadata.hpp"
#include "vector_index.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace local_vectors {
namespace {

constexpr const char* kFileName = "vectors.sqlite";
constexpr const char* kVector = "dense";  // the name embedders give their vector

constexpr auto kSchema = sluice::object(sluice::text("path").describe(
    "The database file; vectors.sqlite in the data folder of the stage when it is not set."));

sluice::Status status_of(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kReject:
      return sluice::Status::reject(verdict.sentence);
    case Verdict::Kind::kRetry:
      return sluice::Status::retry(verdict.sentence);
    case Verdict::Kind::kDone:
      break;
  }
  return {};
}

sluice::Status status_of(const SearchFailure& failure) {
  switch (failure.kind) {
    case SearchFailure::Kind::kBadQuery:
      return {SLUICE_E_REJECT, failure.sentence};
    case SearchFailure::Kind::kLate:
      return {SLUICE_E_TIMEOUT, failure.sentence};
    case SearchFailure::Kind::kRetry:
      break;
  }
  return sluice::Status::retry(failure.sentence);
}

// Views of the record's own strings: the values that searches filter by.
AttributeViews attributes_of(const sluice::Record& record) {
  AttributeViews views;
  for (std::size_t i = 0; i < kAttributes; ++i) views[i] = record.meta_text(kAttributeNames[i]);
  if (const auto is_mobile = record.meta(kAttributeNames[kIsMobile]);
      is_mobile && is_mobile->kind == SLUICE_BOOL)
    views[kIsMobile] = is_mobile->as.i64 != 0 ? "true" : "false";
  return views;
}

Deadline deadline_of(const sluice_search_request& request) {
  // steady_clock is CLOCK_MONOTONIC here.
  if (request.deadline == 0) return Deadline::max();
  return Deadline(std::chrono::nanoseconds(request.deadline));
}

// Writes and searches come from several workers at once; the index is made in start and let go in
// stop, which the host never runs together with them.
class LocalVectors final : public sluice::Component, public sluice::Sink, public sluice::Search {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;
  static constexpr uint32_t kSearchWants = SLUICE_SEARCH_WANTS_VECTOR;

  sluice::Status configure(sluice::Config config) override {
    file_ = std::filesystem::path(config.text("/path"));
    return {};
  }

  sluice::Status start() override {
    if (file_.empty()) {
      std::string folder;
      if (sluice::Status made = host().data_folder(folder); !made) return made;
      file_ = std::filesystem::path(folder) / kFileName;
    }
    try {
      index_ = std::make_unique<VectorIndex>(IndexSettings{.file = file_});
    } catch (const std::runtime_error& error) {
      return {SLUICE_E_CONFIG, error.what()};
    }
    return {};
  }

  void stop() override { index_.reset(); }

  sluice::Status write(sluice::Batch& batch) override {
    std::vector<std::string> metadata(batch.size());  // what the changes look at
    std::vector<Change> changes;
    changes.reserve(batch.size());
    for (uint32_t i = 0; i < batch.size(); ++i)
      changes.push_back(change_for(batch[i], metadata[i]));
    const std::vector<Verdict> verdicts = index_->apply(changes);
    for (uint32_t i = 0; i < batch.size(); ++i) batch.settle(i, status_of(verdicts[i]));
    return {};
  }

  // Every write is durable already.
  sluice::Status flush() override {
    index_->rest();
    return {};
  }

  sluice::Status search(const sluice_search_request& request, const sluice::Hits& hits) override {
    auto filter = parse_filter(sluice::to_cpp(request.filter));
    if (const auto* wrong = std::get_if<std::string>(&filter)) return {SLUICE_E_REJECT, *wrong};
    const auto answer = index_->search({.vector = {request.vector.data, request.vector.size},
                                        .limit = request.limit,
                                        .filter = std::get<Filter>(std::move(filter)),
                                        .deadline = deadline_of(request)});
    if (const auto* failure = std::get_if<SearchFailure>(&answer)) return status_of(*failure);
    const Found& found = std::get<Found>(answer);
    for (const Hit& hit : found.hits) {
      const std::string id = hit.document_id + "#" + std::to_string(hit.ordinal);
      sluice_hit out{};
      out.struct_size = sizeof out;
      out.score = hit.score;
      out.id = sluice::to_c(id);
      out.document_id = sluice::to_c(hit.document_id);
      out.text = sluice::to_c(hit.text);
      out.metadata = sluice::to_c(hit.metadata);
      hits(out);
    }
    hits.total(found.documents, found.is_exact);
    return {};
  }

  sluice::Status stats(sluice_search_stats& out) override {
    out.documents = index_->documents();
    out.chunks = index_->chunks();
    return {};
  }

 private:
  // `metadata` keeps the text that the change looks at.
  static Change change_for(const sluice::Record& record, std::string& metadata) {
    Change change;
    change.kind = Change::Kind::kRemove;
    change.document_id = record.document_id();
    if (record.op() == SLUICE_TRIM) change.ordinal = record.chunk_count();
    if (record.op() != SLUICE_UPSERT) return change;
    metadata = plugin_common::metadata_object(record);
    change.kind = Change::Kind::kPut;
    change.ordinal = record.ordinal();
    change.vector = record.vector(kVector);
    change.text = record.text();
    change.metadata = metadata;
    change.attributes = attributes_of(record);
    return change;
  }

  std::filesystem::path file_;
  std::unique_ptr<VectorIndex> index_;
};

constexpr sluice_descriptor kLocalVectors =
    sluice::component<LocalVectors>({.id = "sluice.local-vectors",
                                     .version = "0.1.0",
                                     .summary = "Exact vector search over an embedded database",
                                     .config_schema = kSchema.c_str(),
                                     .vendor = "Sluice",
                                     .license = "MIT"});

}  // namespace
}  // namespace local_vectors

SLUICE_PLUGIN("sluice.local-vectors", &local_vectors::kLocalVectors)
