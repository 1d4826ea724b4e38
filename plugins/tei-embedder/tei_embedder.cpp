// tei-embedder: vectors from Text Embeddings Inference, for the chunks of a pipeline and for
// queries.
#include "common/settings/refusals.hpp"
#include "core/blank.hpp"
#include "core/engine.hpp"
#include "core/handshake.hpp"
#include "host_service.hpp"
#include "jobs.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>
#include <sluice/url.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tei {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{50};              // how exactly pauses and deadlines are kept
constexpr milliseconds kStartPatience{5'000};  // then the start goes on without the service
constexpr milliseconds kAskPatience{10'000};   // of a query; searches give up long before
constexpr milliseconds kMostHaste{500};        // see deadline_of

constexpr auto kSchema = sluice::object(
    sluice::text("url")
        .required()
        .with("examples", R"(["http://localhost:8081"])")
        .describe("Base address of Text Embeddings Inference."),
    sluice::text("api_key").secret().describe("The key that it was started with, if any."),
    sluice::integer("max_batch")
        .range(1, 65536)
        .describe("Texts in a request, at most; the server's own limit holds too."),
    sluice::integer("max_batch_tokens")
        .range(1, 16'777'216)
        .describe("Their tokens, at most; the server's own limit holds too."),
    sluice::boolean("truncate")
        .otherwise(true)
        .describe("Cut texts that are too long for the model instead of rejecting them."),
    sluice::boolean("normalize").otherwise(true).describe("Make vectors of length 1."),
    sluice::text("query_prompt").describe("Put in front of each query, as it is."),
    sluice::text("query_prompt_name")
        .describe("Name of the model's own prompt for queries; instead of query_prompt."),
    sluice::text("passage_prompt").describe("Put in front of each chunk, as it is."),
    sluice::text("vector").otherwise("dense").pattern("^.+$").describe(
        "What the vector is called on the record."));

std::optional<std::size_t> size_at(const sluice::Config& config, const char* pointer) {
  if (!config.has(pointer)) return std::nullopt;
  return static_cast<std::size_t>(config.integer(pointer));
}

// A little before the host gives the batch up, so that the verdict and its reason come first.
Clock::time_point deadline_of(std::uint64_t steady_ns) {
  if (steady_ns == 0) return Clock::time_point::max();
  const Clock::time_point at{std::chrono::nanoseconds(steady_ns)};
  const auto left = at - Clock::now();
  return at - std::min<Clock::duration>(kMostHaste, left / 10);
}

std::size_t token_count(const sluice::Record& record) {
  const auto count = record.meta("token_count");
  const bool is_known = count && count->kind == SLUICE_I64 && count->as.i64 > 0;
  return is_known ? static_cast<std::size_t>(count->as.i64) : 0;
}

// Calls come on any of the host's threads; all that they share is in the engine.
class TeiEmbedder final : public sluice::Component,
                          public sluice::AsyncTransform,
                          public sluice::Embed {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;

  sluice::Status configure(sluice::Config config) override {
    plugin_common::Refusals refusals;
    std::string url(config.text("/url"));
    const sluice::PageUrl checked = sluice::canonical_url(url);
    if (!checked.ok() || !checked.canonical.starts_with("http")) {
      refusals.add("/url",
                   "url is not an http:// or https:// address such as http://localhost:8081");
    }
    while (url.ends_with('/')) url.pop_back();
    settings_ = {.max_batch = size_at(config, "/max_batch"),
                 .max_batch_tokens = size_at(config, "/max_batch_tokens"),
                 .truncate = config.boolean("/truncate") ? Truncate::kYes : Truncate::kNo,
                 .normalize = config.boolean("/normalize") ? Normalize::kYes : Normalize::kNo,
                 .passage_prompt = std::string(config.text("/passage_prompt")),
                 .query_prompt = std::string(config.text("/query_prompt")),
                 .query_prompt_name = std::string(config.text("/query_prompt_name"))};
    if (!settings_.query_prompt.empty() && !settings_.query_prompt_name.empty()) {
      refusals.add("/query_prompt_name",
                   "query_prompt and query_prompt_name are both set; keep one of them");
    }
    vector_ = config.text("/vector");
    const std::string api_key(config.text("/api_key"));
    if (api_key.find_first_of("\r\n") != std::string::npos) {
      refusals.add("/api_key", "api_key has a line break in it");
    }
    if (!refusals.empty()) return refusals.status();
    service_.emplace(host(), HostService::Address{std::move(url), api_key});
    engine_.emplace(*service_, settings_);
    return {};
  }

  // Without the service the host starts all the same, and connects when it comes.
  sluice::Status start() override {
    engine_->connect();
    const auto failure = engine_->wait_connected(kStartPatience);
    if (failure && failure->outcome == Outcome::kUnfit) {
      return sluice::Status::config("/url", failure->why);
    }
    tick_ = sluice::Timer(host(), kTick, kTick, [this] { engine_->tick(); });
    return {};
  }

  void stop() override {
    tick_.cancel();
    engine_->stop();
  }

  // Without the engine, which must not go while a call of its own is under way.
  sluice::Status probe() override {
    const auto promise = std::make_shared<std::promise<Handshake>>();  // its callback may be late
    std::future<Handshake> outcome = promise->get_future();
    shake_hands(*service_, settings_, Past{},
                [promise](Handshake handshake) { promise->set_value(std::move(handshake)); });
    const Handshake handshake = outcome.get();  // its calls have timeouts
    if (!handshake.link) return status_of(handshake.failure);
    probed_dimension_.store(static_cast<uint32_t>(handshake.link->dimension),
                            std::memory_order_relaxed);
    return {SLUICE_OK, handshake.link->describe()};
  }

  sluice::Status process(sluice::Batch given) override {
    sluice_batch* const raw = given.disown();
    sluice::Batch batch(raw, host());
    std::vector<BatchJob::Entry> entries;
    entries.reserve(batch.size());
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const sluice::Record record = batch[i];
      if (record.op() != SLUICE_UPSERT) {
        batch.settle(i, {});
      } else if (is_blank(record.text())) {
        batch.drop(i);
      } else {
        entries.push_back({i, token_count(record)});
      }
    }
    const auto deadline = deadline_of(host().records().batch_deadline(raw));
    engine_->submit(
        {.job = std::make_unique<BatchJob>(std::move(batch), std::move(entries), vector_),
         .deadline = deadline});
    return {};
  }

  uint32_t dimension() const noexcept override {
    const auto known = engine_ ? static_cast<uint32_t>(engine_->dimension()) : 0;
    return known > 0 ? known : probed_dimension_.load(std::memory_order_relaxed);
  }

  sluice::Status embed(std::span<const sluice_str> texts, uint32_t purpose,
                       std::span<float> out) override {
    if (texts.empty()) return {};
    const std::size_t dimension = out.size() / texts.size();
    if (dimension == 0) return sluice::Status::retry("TEI has not told its dimension yet.");
    std::vector<std::string> copies;
    for (const sluice_str text : texts) {
      copies.emplace_back(sluice::to_cpp(text));
      if (is_blank(copies.back())) return sluice::Status::reject("An empty text has no vector.");
    }
    auto job = std::make_unique<AskedJob>(std::move(copies), dimension);
    std::future<AskedJob::Answer> outcome = job->outcome();
    engine_->submit({.job = std::move(job),
                     .purpose = purpose == SLUICE_EMBED_QUERY ? Purpose::kQuery : Purpose::kPassage,
                     .deadline = Clock::now() + kAskPatience});
    // The engine keeps the deadline, give or take a tick.
    if (outcome.wait_for(kAskPatience + 10 * kTick) != std::future_status::ready) {
      return sluice::Status::retry("TEI did not answer in time.");
    }
    AskedJob::Answer answer = outcome.get();
    if (answer.status.ok()) std::copy(answer.rows.begin(), answer.rows.end(), out.begin());
    return answer.status;
  }

 private:
  Settings settings_;
  std::string vector_;
  std::optional<HostService> service_;  // from configure on
  std::optional<Engine> engine_;        // from configure on
  // For whoever is probed after it. Relaxed: a number, it orders nothing.
  std::atomic<uint32_t> probed_dimension_{0};
  sluice::Timer tick_;
};

constexpr sluice_descriptor kTeiEmbedder = sluice::component<TeiEmbedder>({
    .id = "sluice.tei-embedder",
    .version = "0.1.0",
    .summary = "Vectors from Text Embeddings Inference",
    .config_schema = kSchema.c_str(),
    .vendor = "Sluice",
    .license = "MIT",
});

}  // namespace
}  // namespace tei

SLUICE_PLUGIN("sluice.tei-embedder", &tei::kTeiEmbedder)
