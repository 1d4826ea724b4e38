#include "point_writer.hpp"

#include "answers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace qdrant_sink {
namespace {

// What a point weighs as JSON, roughly: a float takes twelve bytes, a text a little more than its
// own. Only for reserving.
constexpr std::size_t kBytesPerFloat = 12;
constexpr std::size_t kBytesPerPoint = 256;

constexpr std::chrono::seconds kTrifleTimeout{10};
constexpr std::chrono::milliseconds kLeastTime{1};  // 0 would be no limit at all

// Whatever were sent would fare the same: nothing is said about the change itself.
bool is_of_server(Fault::Kind kind) {
  return kind == Fault::Kind::kAway || kind == Fault::Kind::kDenied || kind == Fault::Kind::kMisfit;
}

bool is_of_another_shape(const Fault& fault) {
  return fault.kind == Fault::Kind::kMissing || fault.kind == Fault::Kind::kOutdated;
}

Fault not_durable(const Place& place, WriteStatus status) {
  const bool is_late = status == WriteStatus::kWaitTimeout;
  return {.kind = Fault::Kind::kRetry,
          .sentence = "Qdrant at " + place.url + " took the write but did not apply it in time (" +
                      (is_late ? "wait_timeout" : "acknowledged") +
                      "); it is sent again. See its load."};
}

}  // namespace

// One call of apply.
class PointWriter::Run {
 public:
  Run(PointWriter& writer, std::span<const Change> changes, const Patience& patience)
      : writer_(writer), changes_(changes), patience_(patience), verdicts_(changes.size()) {}

  std::vector<Verdict> all() {
    const std::uint64_t size = reject_the_unfit();
    if (!prepare(size) || !is_trusted()) return std::move(verdicts_);
    std::vector<std::size_t> group;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (verdicts_[i].kind != Verdict::Kind::kDone) continue;
      if (!group.empty() && changes_[group.front()].kind != changes_[i].kind) {
        send(group);
        group.clear();
      }
      group.push_back(i);
    }
    if (!group.empty()) send(group);
    return std::move(verdicts_);
  }

 private:
  using Group = std::span<const std::size_t>;  // indexes of changes of one kind

  // Returns the dimension of the vectors that are left; 0 for none.
  std::uint64_t reject_the_unfit() {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (changes_[i].kind != Change::Kind::kPut) continue;
      const auto& vector = changes_[i].vector;
      if (vector.empty()) {
        reject(
            i,
            "The record has no vector of the name that 'vector' says; put an embedder before this "
            "stage, or correct 'vector'.");
      } else if (!std::all_of(vector.begin(), vector.end(),
                              [](float value) { return std::isfinite(value); })) {
        reject(i, "The vector has a value that is not a finite number; check the embedder.");
      } else if (size != 0 && vector.size() != size) {
        reject(i, "The vector has " + std::to_string(vector.size()) +
                      " dimensions where others of its batch have " + std::to_string(size) +
                      "; check the embedder.");
      } else {
        size = vector.size();
      }
    }
    return size;
  }

  // Makes sure of the collection. False: nothing is to be sent.
  bool prepare(std::uint64_t size) {
    auto found = writer_.collection_.ensure(size);
    if (const auto* fault = std::get_if<Fault>(&found)) {
      put_off_all(*fault);
      return false;
    }
    shape_ = std::get<Shape>(std::move(found));
    // Without a collection there is nothing to remove.
    return shape_.size > 0;
  }

  Doubt& doubt_about(const Change& change) {
    return writer_.doubts_[static_cast<std::size_t>(change.kind)];
  }

  // Qdrant may answer while its writes do not. In doubt it has to do a trifle first. False: nothing
  // is to be sent.
  bool is_trusted() {
    const auto doubt = std::find_if(writer_.doubts_.begin(), writer_.doubts_.end(),
                                    [](const Doubt& one) { return one.is_there(); });
    if (doubt == writer_.doubts_.end()) return true;
    auto fault = exchange({.method = "POST",
                           .target = write_target("/points/delete"),
                           .body = trifle_body(),
                           .timeout = kTrifleTimeout});
    if (!fault || is_of_another_shape(*fault)) return true;
    fault->after = std::max(fault->after, doubt->pause());
    put_off_all(*fault);
    return false;
  }

  void send(Group group) {
    if (changes_[group.front()].kind == Change::Kind::kRemove) {
      for (std::size_t at = 0; at < group.size(); at += writer_.settings_.max_points)
        send_removals(group.subspan(at, std::min(writer_.settings_.max_points, group.size() - at)));
      return;
    }
    while (!group.empty()) {
      std::string body;
      const std::size_t taken = write_points(group, body);
      send_points(group.first(taken), std::move(body));
      group = group.subspan(taken);
    }
  }

  PointView view_of(const Change& change) const {
    return {.document_id = change.document_id,
            .ordinal = change.ordinal,
            .vector = change.vector,
            .vector_name = shape_.vector_name,
            .text = change.text,
            .metadata = change.metadata};
  }

  // As many points from the front as one request may have; at least one. Returns how many.
  std::size_t write_points(Group group, std::string& body) const {
    const auto& settings = writer_.settings_;
    const Change& first = changes_[group.front()];
    const std::size_t each =
        kBytesPerPoint + first.vector.size() * kBytesPerFloat + 2 * first.text.size();
    body.reserve(std::min(settings.max_bytes, each * std::min(group.size(), settings.max_points)));
    begin_points(body);
    std::size_t taken = 0;
    for (; taken < group.size() && taken < settings.max_points; ++taken) {
      const std::size_t before = body.size();
      if (taken > 0) body += ',';
      append_point(body, view_of(changes_[group[taken]]));
      if (taken > 0 && body.size() > settings.max_bytes) {
        body.resize(before);
        break;
      }
    }
    end_points(body);
    return taken;
  }

  void send_points(Group group, std::string body) {
    if (!may_go_on(group)) return;
    judge(group, exchange({.method = "PUT",
                           .target = write_target("/points"),
                           .body = std::move(body),
                           .timeout = writer_.settings_.timeout}));
  }

  void send_removals(Group group) {
    if (!may_go_on(group)) return;
    std::vector<Removal> removals;
    for (const std::size_t i : group)
      removals.push_back({.document_id = changes_[i].document_id, .ordinal = changes_[i].ordinal});
    judge(group, exchange({.method = "POST",
                           .target = write_target("/points/delete"),
                           .body = removal_body(removals),
                           .timeout = writer_.settings_.timeout}));
  }

  std::string write_target(const char* path) const {
    const bool is_waited_for = writer_.settings_.durability == Durability::kWaitedFor;
    return writer_.collection_.target(path) + (is_waited_for ? "?wait=true" : "");
  }

  std::chrono::milliseconds time_left() const {
    if (patience_.deadline == std::chrono::steady_clock::time_point::max())
      return std::chrono::milliseconds::max();
    return std::chrono::floor<std::chrono::milliseconds>(patience_.deadline -
                                                         std::chrono::steady_clock::now());
  }

  // What went wrong with a write; nothing: it is as durable as was asked for.
  std::optional<Fault> exchange(Call call) {
    sent_ = Doubt::Clock::now();
    call.timeout = std::min(call.timeout, std::max(time_left(), kLeastTime));
    const Place& place = writer_.collection_.settings().place;
    const Reply reply = std::move(writer_.wire_({&call, 1}).front());
    if (auto fault = fault_of(place, reply)) return fault;
    const auto status = write_status(reply.body);
    if (!status) return nonsense(place);
    const bool is_enough =
        *status == WriteStatus::kCompleted || writer_.settings_.durability == Durability::kTaken;
    if (is_enough) return std::nullopt;
    return not_durable(place, *status);
  }

  void judge(Group group, std::optional<Fault> fault) {
    if (!fault) {
      doubt_about(changes_[group.front()]).worked();
      writer_.weather_(nullptr);
      return;
    }
    const bool is_about_one =
        fault->kind == Fault::Kind::kBad || fault->kind == Fault::Kind::kTooLarge;
    if (is_about_one && group.size() == 1) return reject(group.front(), fault->sentence);
    if (is_about_one) {
      // Halves find the one that is to blame in log n steps, and the others go through.
      send(group.first(group.size() / 2));
      send(group.subspan(group.size() / 2));
      return;
    }
    if (is_of_another_shape(*fault)) {
      writer_.collection_.forget();
      if (!std::exchange(has_looked_again_, true)) return send_again(group);
    }
    put_off(group, *fault);
  }

  // Once in a run: the collection was dropped or made anew under us.
  void send_again(Group group) {
    const Change& first = changes_[group.front()];
    auto found = writer_.collection_.ensure(first.vector.size());
    if (const auto* fault = std::get_if<Fault>(&found)) return put_off(group, *fault);
    shape_ = std::get<Shape>(std::move(found));
    if (shape_.size > 0) send(group);
  }

  // False once one request was in vain: the next would be, too.
  bool may_go_on(Group group) {
    if (!in_vain_ && (!patience_.is_wanted() || time_left().count() <= 0)) {
      in_vain_ = Verdict{.kind = Verdict::Kind::kBusy,
                         .sentence = "The host gave the batch up before all of it was sent."};
    }
    if (!in_vain_) return true;
    for (const std::size_t i : group) verdicts_[i] = *in_vain_;
    return false;
  }

  // The group was tried; what comes after it is not.
  void put_off(Group group, const Fault& fault) {
    not_now(fault);
    Verdict verdict = *in_vain_;
    if (!is_of_server(fault.kind)) {
      Doubt& doubt = doubt_about(changes_[group.front()]);
      const bool is_counted = doubt.failed(sent_) == Doubt::Blame::kPoints;
      verdict.kind = is_counted ? Verdict::Kind::kRetry : Verdict::Kind::kBusy;
      if (!is_counted) verdict.after = std::max(fault.after, doubt.pause());
    }
    for (const std::size_t i : group) verdicts_[i] = verdict;
  }

  // Nothing was tried.
  void put_off_all(const Fault& fault) {
    not_now(fault);
    for (Verdict& verdict : verdicts_) {
      if (verdict.kind == Verdict::Kind::kDone) verdict = *in_vain_;
    }
  }

  void not_now(const Fault& fault) {
    writer_.weather_(&fault);
    in_vain_ =
        Verdict{.kind = Verdict::Kind::kBusy, .sentence = fault.sentence, .after = fault.after};
  }

  void reject(std::size_t i, std::string sentence) {
    verdicts_[i] = {.kind = Verdict::Kind::kReject, .sentence = std::move(sentence)};
  }

  PointWriter& writer_;
  const std::span<const Change> changes_;
  const Patience& patience_;
  std::vector<Verdict> verdicts_;
  Shape shape_;
  Doubt::Clock::time_point sent_;   // the last request
  std::optional<Verdict> in_vain_;  // of what is still to be sent
  bool has_looked_again_ = false;
};

std::vector<Verdict> PointWriter::apply(std::span<const Change> changes, const Patience& patience) {
  return Run(*this, changes, patience).all();
}

}  // namespace qdrant_sink
