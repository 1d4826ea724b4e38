// sluice/testing/stage.hpp - Stage: one component on a fake host, driven as the host drives it.
#pragma once

#include <sluice/testing/host.hpp>
#include <sluice/testing/settings.hpp>

#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// The component that is linked into the test: the first one its entry describes.
inline const sluice_descriptor& linked_descriptor() {
  return *sluice_plugin_entry_v1(SLUICE_ABI_MINOR)->descriptors[0];
}

// What a function of the component answered.
struct Answer {
  sluice_status status = SLUICE_OK;
  std::string why = {};
  uint32_t retry_after_ms = 0;
  bool ok() const { return status == SLUICE_OK; }
};

// What became of a batch.
struct Outcome {
  sluice_status taken = SLUICE_OK;  // what submit answered
  bool is_completed = false;
  std::vector<Settled> records;

  const Settled& operator[](std::size_t i) const { return records.at(i); }
  std::size_t size() const { return records.size(); }
};

struct Found {
  Answer answer;
  std::vector<Hit> hits;
  uint64_t total = 0;
  bool is_exact = false;
};

// The life of one component. Functions that end in a sentence give an empty one when all is well.
// One thread at a time, but for submit, run, claim, settle, embed and search.
class Stage {
 public:
  static constexpr std::chrono::seconds kPatience{10};  // no answer takes longer in a test

  // `settings` is JSON, as in the `config:` block.
  explicit Stage(std::string settings = "{}",
                 const sluice_descriptor& descriptor = linked_descriptor(),
                 FakeHost::Options options = {})
      : settings_(std::move(settings)),
        descriptor_(descriptor),
        host_(std::make_unique<FakeHost>(std::move(options))) {}
  ~Stage() { finish(); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  FakeHost& host() { return *host_; }
  sluice_component* raw() const { return component_; }

  // ---- the life ----

  std::string create() {
    if (component_) return "";
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    host_->core().books.enter(Phase::kCreate);
    const Answer answer = ask("create", [&](sluice_error* err) {
      return descriptor_.create(&descriptor_, host_->raw(), &component_, err);
    });
    host_->core().books.enter(Phase::kConfigure);
    if (!answer.ok()) component_ = nullptr;
    return answer.ok() && !component_ ? "create gave no component" : sentence(answer);
  }
  // "/url: is not an address": by the schema, or by the component itself.
  std::string configure() {
    if (is_configured_) return "";
    if (std::string why = create(); !why.empty()) return why;
    config_.books = &host_->core().books;
    try {
      config_.settings = settings_for(settings_, descriptor_.config_schema);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    config_.text = config_.settings.dump();
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    std::string path;
    const Answer answer = ask("configure", [&](sluice_error* err) {
      const sluice_status s =
          component_->configure(component_, reinterpret_cast<sluice_config*>(&config_), err);
      path = err->path;
      return s;
    });
    config_.is_over = true;
    is_configured_ = answer.ok();
    host_->core().books.enter(Phase::kConfigured);
    const std::string why = sentence(answer);
    return why.empty() || path.empty() ? why : path + ": " + why;
  }
  // With create and configure before it, where they are still to come.
  std::string start() {
    if (is_started_) return "";
    if (std::string why = configure(); !why.empty()) return why;
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    host_->core().books.enter(Phase::kStart);
    const Answer answer =
        ask("start", [&](sluice_error* err) { return component_->start(component_, err); });
    is_started_ = answer.ok();
    host_->core().books.enter(is_started_ ? Phase::kWork : Phase::kConfigured);
    return sentence(answer);
  }
  std::string drain() {
    if (!is_started_ || is_drained_) return "";
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    const Answer answer =
        ask("drain", [&](sluice_error* err) { return component_->drain(component_, err); });
    is_drained_ = true;
    host_->core().books.enter(Phase::kDrained);
    return sentence(answer);
  }
  void stop() {
    if (!is_configured_ || is_stopped_) return;
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    is_stopped_ = true;
    host_->quiet();
    host_->core().books.enter(Phase::kStop);
    tell("stop", [&] { component_->stop(component_); });
    host_->core().books.enter(Phase::kStopped);
  }
  // Drain, stop and destroy, where they are still to come; then every breach of the contract, one a
  // line. Empty: the component kept it.
  std::string finish() {
    drain();
    stop();
    if (component_) {
      const ThreadScope scope(SLUICE_THREAD_CONTROL);
      tell("destroy", [&] { component_->destroy(component_); });
      component_ = nullptr;
      host_->close();
    }
    return host_->complaints();
  }
  Answer probe() {
    if (!SLUICE_HAS_FN(component_, probe)) return {SLUICE_E_UNSUPPORTED};
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    return ask("probe", [&](sluice_error* err) { return component_->probe(component_, err); });
  }

  // ---- roles ----

  // The table of a role, or null.
  template <class T>
  const T* role(const char* id) const {
    return static_cast<const T*>(component_->get_role(component_, id));
  }
  // Of whichever of the two the component is.
  const sluice_stage* stage() const {
    for (const char* const* id = descriptor_.roles; id && *id; ++id) {
      if (std::string_view(*id) == SLUICE_ROLE_SINK ||
          std::string_view(*id) == SLUICE_ROLE_TRANSFORM)
        return role<sluice_stage>(*id);
    }
    return nullptr;
  }

  // Hands the pages over as one batch; the handle is for outcome().
  struct Batch {
    detail::BatchBox* box = nullptr;
    sluice_status taken = SLUICE_OK;
  };
  Batch submit(const std::vector<Page>& pages, uint32_t attempt = 1,
               std::chrono::milliseconds timeout = kPatience) {
    const sluice_stage& table = *stage();
    Batch batch{host_->core().records.lend(pages)};
    batch.box->attempt = attempt;
    batch.box->deadline_ns =
        static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                  (std::chrono::steady_clock::now() + timeout).time_since_epoch())
                                  .count());
    const auto call = [&] {
      batch.taken = ask("submit", [&](sluice_error*) {
                      return table.submit(component_, detail::handle(batch.box));
                    }).status;
    };
    if ((table.flags & SLUICE_STAGE_NONBLOCKING) != 0) {
      host_->core().loop.call(call);
    } else {
      const ThreadScope scope(SLUICE_THREAD_WORKER);
      call();
    }
    if (batch.taken != SLUICE_OK) host_->core().records.take_back(*batch.box);
    return batch;
  }
  // Waits for its completion.
  Outcome outcome(const Batch& batch, std::chrono::milliseconds patience = kPatience) {
    Outcome out;
    out.taken = batch.taken;
    out.is_completed =
        host_->core().records.wait_completed(*batch.box, patience) && batch.taken == SLUICE_OK;
    out.records = host_->core().records.result(*batch.box);
    return out;
  }
  Outcome run(const std::vector<Page>& pages) { return outcome(submit(pages)); }
  // Of a batch that the host has given up on.
  void abandon(const Batch& batch) { batch.box->is_abandoned = true; }
  Answer flush() {
    const sluice_stage* table = stage();
    if (!table || !SLUICE_HAS_FN(table, flush)) return {SLUICE_E_UNSUPPORTED};
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    return ask("flush", [&](sluice_error* err) { return table->flush(component_, err); });
  }

  Answer claim(const std::vector<sluice_key>& keys, std::vector<uint8_t>& answers,
               uint32_t lease_ms = 0) {
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    answers.assign(keys.size(), UINT8_MAX);
    Answer answer = ask("claim", [&](sluice_error* err) {
      return role<sluice_dedupe>(SLUICE_ROLE_DEDUPE)
          ->claim(component_, keys.data(), static_cast<uint32_t>(keys.size()), lease_ms,
                  answers.data(), err);
    });
    for (const uint8_t one : answers) {
      if (answer.ok() && one > SLUICE_KEY_UNCHANGED) {
        host_->core().books.breach("nonsense-answer",
                                   "claim gave an answer that is none, or left one out");
      }
    }
    return answer;
  }
  Answer settle(const std::vector<sluice_key>& keys, sluice_status verdict) {
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    return ask("settle", [&](sluice_error* err) {
      return role<sluice_dedupe>(SLUICE_ROLE_DEDUPE)
          ->settle(component_, keys.data(), static_cast<uint32_t>(keys.size()), verdict, err);
    });
  }
  // Row after row, as many floats as `dimension` each.
  Answer embed(const std::vector<std::string>& texts, std::vector<float>& rows,
               uint32_t purpose = SLUICE_EMBED_PASSAGE) {
    const auto& table = *role<sluice_embed>(SLUICE_ROLE_EMBED);
    std::vector<sluice_str> views;
    views.reserve(texts.size());
    for (const std::string& text : texts) views.push_back(view_of(text));
    rows.assign(texts.size() * table.dimension(component_), 0);
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    return ask("embed", [&](sluice_error* err) {
      return table.embed(component_, views.data(), static_cast<uint32_t>(views.size()), purpose,
                         rows.data(), err);
    });
  }
  Found search(std::string_view text, const std::vector<float>& vector = {}, uint32_t limit = 10,
               std::string_view filter = {}) {
    sluice_search_request request{};
    request.struct_size = sizeof request;
    request.limit = limit;
    request.text = view_of(text);
    request.vector = {vector.data(), vector.size()};
    request.filter = view_of(filter);
    request.deadline =
        static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                  (std::chrono::steady_clock::now() + kPatience).time_since_epoch())
                                  .count());
    HitsBox hits;
    hits.books = &host_->core().books;
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    Found found;
    found.answer = ask("search", [&](sluice_error* err) {
      return role<sluice_search>(SLUICE_ROLE_SEARCH)
          ->search(component_, &request, reinterpret_cast<sluice_hits*>(&hits), err);
    });
    if (hits.hits.size() > limit)
      hits.books->breach("too-many-hits", "search gave more hits than it was asked for");
    found.total = hits.is_total_known ? hits.total : hits.hits.size();
    found.is_exact = !hits.is_total_known || hits.is_exact;
    found.hits = std::move(hits.hits);
    return found;
  }
  // A source's own thread, here the caller's, until its input ends.
  Answer run_source() {
    const auto* table = role<sluice_source>(SLUICE_ROLE_SOURCE);
    if (!table || !SLUICE_HAS_FN(table, run)) return {SLUICE_E_UNSUPPORTED};
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    return ask("run", [&](sluice_error* err) { return table->run(component_, err); });
  }
  // Tells the source what became of a record it pushed.
  void settled(uint64_t cookie, sluice_status verdict = SLUICE_OK) {
    const ThreadScope scope(SLUICE_THREAD_CONTROL);
    const auto* table = role<sluice_source>(SLUICE_ROLE_SOURCE);
    tell("on_settled", [&] { table->on_settled(component_, cookie, verdict, nullptr); });
  }

 private:
  // Calls a function of the component that has no status; nothing may be thrown out of it.
  template <class F>
  void tell(const char* function, F&& call) {
    if (const auto& watch = host_->core().watch) watch(function);
    try {
      call();
    } catch (const std::exception& e) {
      threw(function, e.what());
    } catch (...) {
      threw(function, "something that is not a std::exception");
    }
  }
  void threw(const char* function, const char* what) {
    host_->core().books.breach(
        "threw", std::string(function) + " threw across the boundary of the plugin: " + what);
  }
  template <class F>
  Answer ask(const char* function, F&& call) {
    sluice_error err{};
    err.struct_size = sizeof err;
    sluice_status status = SLUICE_E_INTERNAL;
    tell(function, [&] { status = call(&err); });
    if (!std::memchr(err.message, '\0', sizeof err.message)) {
      host_->core().books.breach("unterminated-error", "an error message has no zero at its end");
      err.message[sizeof err.message - 1] = '\0';
    }
    return {status, err.message, err.retry_after_ms};
  }
  static std::string sentence(const Answer& answer) {
    if (answer.ok()) return "";
    if (!answer.why.empty()) return answer.why;
    return "status " + std::to_string(answer.status) + ", without a sentence";
  }

  const std::string settings_;
  const sluice_descriptor& descriptor_;
  std::unique_ptr<FakeHost> host_;
  ConfigBox config_;
  sluice_component* component_ = nullptr;
  bool is_configured_ = false;
  bool is_started_ = false;
  bool is_drained_ = false;
  bool is_stopped_ = false;
};

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
