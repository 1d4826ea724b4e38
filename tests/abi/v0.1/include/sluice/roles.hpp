// sluice/roles.hpp - what a component can be: Component for its life, and the role interfaces for
// its work. A class derives from Component and from one or more roles:
//
//   class Bm25 final : public sluice::Component, public sluice::Sink, public sluice::Search
#pragma once

#include <sluice/abi/roles.h>
#include <sluice/host.hpp>
#include <sluice/record.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

namespace sluice {
inline namespace sdk_v1 {

// The life of one instance, each call [control]: configure reads settings and declares (no network,
// no threads, no files), start connects, drain finishes, stop abandons.
class Component {
 public:
  virtual ~Component() = default;
  virtual Status configure(Config) { return {}; }
  virtual Status start() { return {}; }
  virtual Status drain() { return {}; }
  virtual void stop() {}
  // Reaches the far end and says whether it would work; success may say what is there:
  // {SLUICE_OK, "TEI 1.9.3, 384 dimensions"}. [worker]
  virtual Status probe() { return {SLUICE_E_UNSUPPORTED, "no probe"}; }

  const Host& host() const noexcept { return *host_; }
  void attach(const sluice_host* h) { host_.emplace(h); }  // by the SDK, once

 private:
  std::optional<Host> host_;
};

// Records in, records out, one batch at a time; may block. A record without a verdict gets the one
// that process returns.
struct Transform {
  virtual ~Transform() = default;
  virtual Status process(Batch& batch) = 0;
};
// The same for one record at a time: what one record throws is charged to it alone.
struct RecordTransform {
  virtual ~RecordTransform() = default;
  virtual Status process(Batch& batch, uint32_t i) = 0;
};
// Starts the work, keeps the batch, returns at once; somebody completes it later. [io]
struct AsyncTransform {
  virtual ~AsyncTransform() = default;
  virtual Status process(Batch batch) = 0;
};
// A success verdict means durable at the far end.
struct Sink {
  virtual ~Sink() = default;
  virtual Status write(Batch& batch) = 0;
  virtual Status flush() { return {}; }
};
// A source that pushes from its routes and timers. settled is called once for each cookie.
// [control]
struct PushSource {
  virtual ~PushSource() = default;
  virtual void settled(uint64_t cookie, sluice_status verdict, std::string_view why) {
    (void)cookie, (void)verdict, (void)why;
  }
  // There is room again after SLUICE_E_AGAIN. [io]
  virtual void room(uint32_t credits) { (void)credits; }
};
// A source with a thread of its own.
struct Source : PushSource {
  virtual Status run() = 0;
};
// Two phases: a claim is a lease, settle makes it a fact. [worker], several calls at once.
struct Dedupe {
  virtual ~Dedupe() = default;
  virtual Status claim(std::span<const sluice_key> keys, std::chrono::milliseconds lease,
                       std::span<uint8_t> answers) = 0;
  virtual Status settle(std::span<const sluice_key> keys, sluice_status verdict) = 0;
};
// Text to vectors, for queries and for whoever asks. [worker], several calls at once.
struct Embed {
  virtual ~Embed() = default;
  virtual uint32_t dimension() const noexcept = 0;  // 0 before start
  // Writes texts.size() * dimension() floats, row after row.
  virtual Status embed(std::span<const sluice_str> texts, uint32_t purpose,
                       std::span<float> out) = 0;
};

// Where a search puts what it found.
class Hits {
 public:
  Hits(sluice_hits* out, const sluice_hits_api* api) noexcept : out_(out), api_(api) {}
  // Best first, one per document. Everything is copied.
  void operator()(const sluice_hit& hit) const {
    if (api_->add(out_, &hit) != SLUICE_OK) throw std::bad_alloc{};
  }
  // How many documents match in all.
  void total(uint64_t documents, bool is_exact) const noexcept {
    if (SLUICE_HAS_FN(api_, total)) api_->total(out_, documents, is_exact ? 1 : 0);
  }

 private:
  sluice_hits* out_;
  const sluice_hits_api* api_;
};
// An index that can be asked. The class names what it needs of a query:
//   static constexpr uint32_t kSearchWants = SLUICE_SEARCH_WANTS_TEXT;
struct Search {
  virtual ~Search() = default;
  virtual Status search(const sluice_search_request& request, const Hits& hits) = 0;
  // What the index holds now.
  virtual Status stats(sluice_search_stats& out) {
    (void)out;
    return {SLUICE_E_UNSUPPORTED, "this index does not count"};
  }
};

}  // namespace sdk_v1
}  // namespace sluice
