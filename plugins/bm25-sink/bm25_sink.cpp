// bm25-sink: keyword search for a pipeline. Records become rows of an embedded index (index/), and
// the same instance answers searches on it.
#include "common/json/record_metadata.hpp"
#include "index/keyword_index.hpp"
#include "index/unicode.hpp"

#include <sluice/plugin.hpp>

#include <simdjson.h>

#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr const char* kSchema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "path": {"type": "string", "default": "",
             "description": "Folder of the index; relative to, and by default, the instance's own data folder."},
    "k1": {"type": "number", "minimum": 0, "default": 1.2,
           "description": "How much repetitions of a word in a chunk count: 0 not at all."},
    "b": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.75,
          "description": "How much longer chunks are held back: 0 not at all."},
    "language": {"type": "string", "default": "auto",
                 "description": "Language of all pages as a tag such as en or pt-BR; auto: each page's own."},
    "stemming": {"type": "boolean", "default": true,
                 "description": "Whether running finds runs. A change rebuilds the index at the next start."}
  }
})json";

std::string with_valid_utf8(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bm25::CodePoint point = bm25::decode(text, at);
    bm25::append_utf8(out, point.value);
    at += point.size;
  }
  return out;
}

std::string text_at(const sluice::Record& record, const char* key) {
  return with_valid_utf8(record.meta_text(key));
}

// The words of a heading path, which a chunker may give as text or as a list.
std::string headings_of(const sluice::Record& record) {
  const auto value = record.meta("heading_path");
  if (!value || value->kind != SLUICE_JSON) return text_at(record, "heading_path");
  const std::string_view json = sluice::to_cpp(value->as.str);
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  const auto parsed = parser.parse(json.data(), json.size()).get(list);
  if (parsed == simdjson::MEMALLOC) throw std::bad_alloc{};
  if (parsed != simdjson::SUCCESS) return {};
  std::string out;
  for (const simdjson::dom::element item : list) {
    std::string_view heading;
    if (item.get(heading) != simdjson::SUCCESS) continue;
    if (!out.empty()) out += " > ";
    out += heading;
  }
  return out;
}

bm25::Chunk chunk_of(const sluice::Record& record) {
  bm25::Chunk chunk;
  chunk.document = record.document_id();
  chunk.ordinal = record.ordinal();
  chunk.text = record.text();
  chunk.title = text_at(record, "title");
  chunk.headings = headings_of(record);
  chunk.attributes = {.domain = text_at(record, "domain"),
                      .language = text_at(record, "language"),
                      .country = text_at(record, "country"),
                      .crawl_id = text_at(record, "crawl_id"),
                      .is_mobile = std::nullopt};
  if (const auto mobile = record.meta("is_mobile"); mobile && mobile->kind == SLUICE_BOOL) {
    chunk.attributes.is_mobile = mobile->as.i64 != 0;
  }
  chunk.metadata = plugin_common::metadata_object(record);
  return chunk;
}

sluice::Status status_of(const bm25::Failure& failure) {
  const bool is_broken = failure.kind == bm25::Failure::Kind::kBroken;
  return {is_broken ? SLUICE_E_FATAL : SLUICE_E_RETRY, failure.message};
}

class Bm25Sink final : public sluice::Component, public sluice::Sink, public sluice::Search {
 public:
  static constexpr bool kReentrant = true;  // texts of two batches are analysed side by side
  static constexpr bool kIdempotent = true;
  static constexpr std::uint32_t kSearchWants = SLUICE_SEARCH_WANTS_TEXT;

  sluice::Status configure(sluice::Config config) override {
    path_ = config.text("/path");
    settings_.bm25.k1 = config.number("/k1");
    settings_.bm25.b = config.number("/b");
    settings_.analyzer.language = config.text("/language");
    settings_.analyzer.stemming = config.boolean("/stemming");
    if (settings_.analyzer.language != "auto" &&
        !bm25::language_of_tag(settings_.analyzer.language)) {
      return sluice::Status::config(
          "/language", "\"" + settings_.analyzer.language +
                           "\" is not a language: write auto or a tag such as en or pt-BR");
    }
    return {};
  }

  sluice::Status start() override {
    std::string folder;
    if (sluice::Status status = host().data_folder(folder); !status.ok()) return status;
    try {
      index_ =
          std::make_unique<bm25::KeywordIndex>(std::filesystem::path(folder) / path_, settings_);
    } catch (const std::runtime_error& error) {
      return {SLUICE_E_RETRY, error.what()};
    }
    return {};
  }

  void stop() override { index_.reset(); }

  sluice::Status write(sluice::Batch& batch) override {
    std::vector<bm25::Write> writes(batch.size());
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const sluice::Record record = batch[i];
      bm25::Write& write = writes[i];
      switch (record.op()) {
        case SLUICE_DELETE:
          write.kind = bm25::Write::Kind::kErase;
          write.chunk.document = record.document_id();
          break;
        case SLUICE_TRIM:
          write.kind = bm25::Write::Kind::kTrim;
          write.chunk.document = record.document_id();
          write.count = record.chunk_count();
          break;
        default:
          write.chunk = chunk_of(record);
      }
    }
    const auto failure = index_->write(writes);
    return failure ? status_of(*failure) : sluice::Status{};
  }

  // Every write is durable already.
  sluice::Status flush() override {
    index_->rest();
    return {};
  }

  sluice::Status search(const sluice_search_request& request, const sluice::Hits& hits) override {
    bm25::SearchResult result;
    try {
      result = index_->search({.query = sluice::to_cpp(request.text),
                               .filter = sluice::to_cpp(request.filter),
                               .limit = request.limit});
    } catch (const std::invalid_argument& error) {
      return {SLUICE_E_INVALID, error.what()};
    } catch (const std::runtime_error& error) {
      return {SLUICE_E_RETRY,
              std::string("The keyword index could not be read: ") + error.what() + "."};
    }
    for (const bm25::SearchHit& hit : result.hits) {
      const std::string id = hit.chunk.document + "#" + std::to_string(hit.chunk.ordinal);
      sluice_hit out{};
      out.struct_size = sizeof out;
      out.score = hit.score;
      out.id = sluice::to_c(id);
      out.document_id = sluice::to_c(hit.chunk.document);
      out.text = sluice::to_c(hit.chunk.text);
      out.metadata = sluice::to_c(hit.chunk.metadata);
      out.snippet = sluice::to_c(hit.snippet);
      hits(out);
    }
    hits.total(result.total, true);
    return {};
  }

  sluice::Status stats(sluice_search_stats& out) override {
    const bm25::IndexCounts counts = index_->counts();
    out.documents = counts.documents;
    out.chunks = counts.chunks;
    return {};
  }

 private:
  std::string path_;
  bm25::Settings settings_;
  std::unique_ptr<bm25::KeywordIndex> index_;  // from start to stop
};

constexpr sluice_descriptor kBm25Sink = sluice::component<Bm25Sink>({
    .id = "sluice.bm25-sink",
    .version = "0.1.0",
    .summary = "Embedded keyword index: BM25, many languages, exact totals, filters, snippets",
    .config_schema = kSchema,
    .vendor = "Sluice",
    .license = "MIT",
});

}  // namespace

SLUICE_PLUGIN("sluice.bm25-sink", &kBm25Sink)
