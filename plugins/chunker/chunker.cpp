// The chunker component: settings in, slices of pages out. Everything about where to cut is in
// cut/.
#include "common/settings/refusals.hpp"
#include "cut/cutter.hpp"
#include "tokens/approximate.hpp"
#include "tokens/wordpiece.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chunker {
namespace {

constexpr auto kSchema = sluice::object(
    sluice::choice("strategy", R"(["markdown","text"])")
        .otherwise("markdown")
        .describe("Whether headings, code and tables mean something."),
    sluice::integer("max_tokens")
        .range(16, 8192)
        .otherwise(256)
        .describe("No chunk has more tokens."),
    sluice::integer("overlap_tokens")
        .range(0, 4095)
        .otherwise(50)
        .describe("What a chunk repeats of the one before at most; less than half of max_tokens."),
    sluice::choice("tokenizer", R"(["approximate","wordpiece"])")
        .otherwise("approximate")
        .describe("How tokens are counted; wordpiece needs vocab."),
    sluice::text("vocab").otherwise("").describe("The embedding model's vocab.txt."),
    sluice::boolean("heading_path")
        .otherwise(true)
        .describe("Whether chunks carry the headings above them as metadata."));

// Counters for as many threads as cut at a time; they keep what they remember between batches.
class Counters {
 public:
  explicit Counters(std::optional<Vocabulary> vocabulary) : vocabulary_(std::move(vocabulary)) {}

  std::unique_ptr<TokenCounter> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<TokenCounter> counter = std::move(idle_.back());
        idle_.pop_back();
        return counter;
      }
    }
    if (vocabulary_) {
      return std::make_unique<WordpieceCounter>(*vocabulary_);
    }
    return std::make_unique<ApproximateCounter>();
  }
  void give_back(std::unique_ptr<TokenCounter> counter) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(counter));
  }

 private:
  std::optional<Vocabulary> vocabulary_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<TokenCounter>> idle_;
};

sluice_value text_value(std::string_view text) {
  sluice_value value{};
  value.kind = SLUICE_TEXT;
  value.as.str = sluice::to_c(text);
  return value;
}

sluice_value number_value(std::int64_t number) {
  sluice_value value{};
  value.kind = SLUICE_I64;
  value.as.i64 = number;
  return value;
}

class Chunker final : public sluice::Component, public sluice::RecordTransform {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;

  sluice::Status configure(sluice::Config config) override {
    settings_.strategy = config.text("/strategy") == "text" ? Strategy::kText : Strategy::kMarkdown;
    settings_.max_tokens = static_cast<std::uint32_t>(config.integer("/max_tokens"));
    settings_.overlap_tokens = static_cast<std::uint32_t>(config.integer("/overlap_tokens"));
    has_heading_path_ = config.boolean("/heading_path");
    plugin_common::Refusals refusals;
    if (settings_.overlap_tokens * 2 >= settings_.max_tokens) {
      refusals.add("/overlap_tokens",
                   "overlap_tokens is " + std::to_string(settings_.overlap_tokens) +
                       ", which is not less than half of max_tokens (" +
                       std::to_string(settings_.max_tokens) + "); lower it or raise max_tokens");
    }
    set_counters(config, refusals);
    return refusals.status();
  }

  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    if (batch[i].op() != SLUICE_UPSERT) {
      return {};
    }
    std::unique_ptr<TokenCounter> counter = counters_->take();
    std::uint32_t ordinal = 0;
    Cutter(batch[i].text(), settings_, *counter).run([&](const Chunk& chunk) {
      const sluice_span at{sizeof(sluice_span), ordinal++, chunk.offset, chunk.length};
      batch.emit_slice(i, at, [&](sluice::Record record) {
        record.set_meta("token_count", number_value(chunk.tokens));
        if (has_heading_path_ && !chunk.heading_path.empty()) {
          record.set_meta("heading_path", text_value(chunk.heading_path));
        }
      });
    });
    counters_->give_back(std::move(counter));
    if (ordinal == 0) {
      batch.drop(i);  // nothing but white space
    }
    return {};
  }

 private:
  void set_counters(const sluice::Config& config, plugin_common::Refusals& refusals) {
    if (config.text("/tokenizer") != "wordpiece") {
      counters_ = std::make_unique<Counters>(std::nullopt);
      return;
    }
    const std::string path(config.text("/vocab"));
    if (path.empty()) {
      refusals.add("/vocab", "tokenizer wordpiece needs the model's vocab.txt; name it with vocab");
      return;
    }
    auto loaded = Vocabulary::load(path);
    if (const auto* why = std::get_if<std::string>(&loaded)) {
      refusals.add("/vocab", *why);
    } else {
      counters_ = std::make_unique<Counters>(std::get<Vocabulary>(std::move(loaded)));
    }
  }

  CutSettings settings_;
  bool has_heading_path_ = true;
  std::unique_ptr<Counters> counters_;
};

constexpr sluice_descriptor kChunker = sluice::component<Chunker>(
    {.id = "sluice.chunker",
     .version = "0.1.0",
     .summary = "Cuts pages into token-bounded slices along their Markdown",
     .config_schema = kSchema.c_str(),
     .vendor = "Sluice",
     .license = "MIT"});

}  // namespace
}  // namespace chunker

SLUICE_PLUGIN("sluice.chunker", &chunker::kChunker)
