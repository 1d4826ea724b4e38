// The hash-embedder component: a vector "dense" on every record, and vectors for queries.
#include "feature_hash.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <array>
#include <cstdint>

namespace hash_embedder {
namespace {

constexpr auto kSchema = sluice::object(sluice::integer("dimension")
                                            .range(kMinDimension, kMaxDimension)
                                            .otherwise(384)
                                            .describe("Floats in a vector."));

class HashEmbedder final : public sluice::Component,
                           public sluice::RecordTransform,
                           public sluice::Embed {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;

  sluice::Status configure(sluice::Config config) override {
    dimension_ = static_cast<std::uint32_t>(config.integer("/dimension"));
    inputs_ = {host(), SLUICE_COUNTER, "sluice_embed_inputs_total", "Texts made into vectors"};
    tokens_ = {host(), SLUICE_COUNTER, "sluice_embed_tokens_total",
               "Their tokens, as the chunker counted"};
    calls_ = {host(), SLUICE_COUNTER, "sluice_embed_calls_total", "Batches of texts"};
    return {};
  }

  // Title and headings are embedded with the text: words that a chunk's author took as said already
  // are what a query often consists of.
  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    sluice::Record record = batch[i];
    if (record.op() != SLUICE_UPSERT) {
      return {};
    }
    const std::array parts = {record.meta_text("title"), record.meta_text("heading_path"),
                              record.text()};
    hash_embedder::embed(parts, record.new_vector("dense", dimension_));
    inputs_.add();
    if (i == 0) calls_.add();
    if (const auto tokens = record.meta("token_count"); tokens && tokens->kind == SLUICE_I64) {
      tokens_.add(static_cast<double>(tokens->as.i64));
    }
    return {};
  }

  uint32_t dimension() const noexcept override { return dimension_; }

  // A query and a passage with the same words have the same vector, so `purpose` does not matter.
  sluice::Status embed(std::span<const sluice_str> texts, uint32_t /*purpose*/,
                       std::span<float> out) override {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::array parts = {sluice::to_cpp(texts[i])};
      hash_embedder::embed(parts, out.subspan(i * dimension_, dimension_));
    }
    return {};
  }

 private:
  std::uint32_t dimension_ = 0;
  sluice::Metric inputs_;
  sluice::Metric tokens_;
  sluice::Metric calls_;
};

constexpr sluice_descriptor kHashEmbedder =
    sluice::component<HashEmbedder>({.id = "sluice.hash-embedder",
                                     .version = "0.1.0",
                                     .summary = "Vectors from hashed words, without a model",
                                     .config_schema = kSchema.c_str(),
                                     .vendor = "Sluice",
                                     .license = "MIT"});

}  // namespace
}  // namespace hash_embedder

SLUICE_PLUGIN("sluice.hash-embedder", &hash_embedder::kHashEmbedder)
