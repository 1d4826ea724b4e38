// moody-sink: keeps nothing, and fails the way its settings say: slow, closed, now and then, by a
// word in the text.
#include <sluice/http.hpp>
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace moody {
namespace {

using std::chrono::milliseconds;

constexpr auto kSchema = sluice::object(
    sluice::duration("delay").otherwise("0s").describe("How long every batch takes."),
    sluice::text("hold_while").describe("A batch waits as long as this file exists."),
    sluice::text("fail_start").describe("It does not start, and says this."),
    sluice::text("late_route").describe("A path that it asks for when it starts."),
    sluice::text("hold_start_while").describe("It starts once this file does not exist."),
    sluice::text("retry_word").describe("A record with this word fails for now."),
    sluice::integer("retry_times").range(1, 1000).otherwise(2).describe("How often it fails."),
    sluice::text("reject_word").describe("A record with this word fails for good."),
    sluice::text("fatal_word").describe("A record with this word is more than it can take."),
    sluice::text("throw_word").describe("A batch with this word throws."),
    sluice::text("abort_word").describe("A batch with this word ends the process."),
    sluice::text("keep_word").describe("A batch with this word is not given back in time."));

class MoodySink final : public sluice::Component, public sluice::Sink {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;

  sluice::Status configure(sluice::Config config) override {
    delay_ = config.duration("/delay");
    hold_while_ = config.text("/hold_while");
    fail_start_ = config.text("/fail_start");
    late_route_ = config.text("/late_route");
    hold_start_while_ = config.text("/hold_start_while");
    retry_word_ = config.text("/retry_word");
    retry_times_ = config.integer("/retry_times");
    reject_word_ = config.text("/reject_word");
    fatal_word_ = config.text("/fatal_word");
    throw_word_ = config.text("/throw_word");
    abort_word_ = config.text("/abort_word");
    keep_word_ = config.text("/keep_word");
    return {};
  }

  sluice::Status start() override {
    while (!hold_start_while_.empty() && std::filesystem::exists(hold_start_while_)) nap();
    if (!fail_start_.empty()) return sluice::Status::config("/fail_start", fail_start_);
    if (late_route_.empty()) return {};
    return routes_.add_at(host(), "POST", late_route_, 0, [](sluice::HttpExchange exchange) {
      exchange.respond(200, "text/plain", "moody");
    });
  }

  // What a write needs is gone then: a host that stops a sink at work would crash sooner or later.
  void stop() override {
    if (writes_.load(std::memory_order_relaxed) > 0) std::abort();
  }

  sluice::Status write(sluice::Batch& batch) override {
    const Write counted(writes_);
    std::this_thread::sleep_for(delay_);
    wait_while_held(batch);
    for (uint32_t i = 0; i < batch.size(); ++i) act_on_batch(batch, batch[i].text());
    for (uint32_t i = 0; i < batch.size(); ++i) batch.settle(i, verdict_on(batch[i]));
    return {};
  }

 private:
  class Write {
   public:
    explicit Write(std::atomic<int>& writes) : writes_(writes) { ++writes_; }
    ~Write() { --writes_; }
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

   private:
    std::atomic<int>& writes_;
  };

  static bool has(std::string_view text, const std::string& word) {
    return !word.empty() && text.find(word) != std::string_view::npos;
  }

  static void nap() { std::this_thread::sleep_for(milliseconds(5)); }

  void wait_while_held(const sluice::Batch& batch) const {
    while (!hold_while_.empty() && std::filesystem::exists(hold_while_) && !batch.abandoned())
      nap();
  }

  void act_on_batch(const sluice::Batch& batch, std::string_view text) const {
    if (has(text, abort_word_)) std::abort();
    if (has(text, throw_word_)) throw std::runtime_error("moody-sink cannot stand this text");
    while (has(text, keep_word_) && !batch.abandoned()) nap();
  }

  sluice::Status verdict_on(const sluice::Record& record) {
    if (has(record.text(), reject_word_)) return sluice::Status::reject("not in this mood");
    if (has(record.text(), fatal_word_)) return {SLUICE_E_FATAL, "that was one too many"};
    if (!has(record.text(), retry_word_)) return {};
    const std::scoped_lock lock(mutex_);
    const int64_t failed = failed_[std::string(record.id())]++;
    return failed < retry_times_ ? sluice::Status::retry("later, perhaps") : sluice::Status{};
  }

  milliseconds delay_{};
  std::string hold_while_;
  std::string fail_start_;
  std::string late_route_;
  std::string hold_start_while_;
  std::string retry_word_;
  int64_t retry_times_ = 0;
  std::string reject_word_;
  std::string fatal_word_;
  std::string throw_word_;
  std::string abort_word_;
  std::string keep_word_;

  std::atomic<int> writes_{0};  // under way; relaxed: a count and nothing else

  std::mutex mutex_;
  std::map<std::string, int64_t> failed_;  // by record id; guarded by mutex_
  sluice::HttpRoutes routes_;
};

constexpr sluice_descriptor kMoodySink =
    sluice::component<MoodySink>({.id = "sluice.test.moody-sink",
                                  .version = "0.1.0",
                                  .summary = "Fails as told, for tests",
                                  .config_schema = kSchema.c_str(),
                                  .vendor = "Sluice",
                                  .license = "MIT"});

}  // namespace
}  // namespace moody

SLUICE_PLUGIN("sluice.test.moody-sink", &moody::kMoodySink)
