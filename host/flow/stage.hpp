// Stage: one transform or sink in its place in the flow, and the fan-out behind it.
#pragma once

#include "flow/components.hpp"
#include "flow/delivery.hpp"
#include "flow/meters.hpp"
#include "flow/runner.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sluice::flow {

// What the graph does with the news from its stages. The loop's thread.
class Passage {
 public:
  virtual ~Passage() = default;
  // A record of the page is durable in sink number `sink`.
  virtual void reached_sink(Delivery& page, std::size_t sink, const data::Record& record) = 0;
  // The page takes so many bytes more than when it came.
  virtual void charged(Delivery& page, uint64_t bytes) = 0;
  // The last open record of the page is done.
  virtual void closed(Delivery& page) = 0;
};

// Owned by the graph; the loop's thread.
class Stage final : private Outlet {
 public:
  struct Place {
    std::shared_ptr<const StageComponent> component;
    const sluice_stage* table;  // of its transform or sink role
    bool is_sink = false;
    std::size_t sink = 0;  // its number among the sinks
  };
  Stage(Loop& loop, Place place, RunnerOptions options, Passage& passage,
        observe::Metrics& metrics);

  void feeds(Stage& next) { next_.push_back(&next); }
  Runner& runner() { return runner_; }
  const Runner& runner() const { return runner_; }
  StageMeters& meters() { return meters_; }
  const StageMeters& meters() const { return meters_; }
  services::Trouble& trouble() const { return place_.component->instance->trouble(); }
  const std::string& name() const { return place_.component->name; }
  const std::string& plugin() const { return place_.component->plugin; }
  bool is_sink() const { return place_.is_sink; }
  // [worker]: has the stage write out what it holds, when it offers that.
  void flush_component() const;

 private:
  StagePort port() const;
  void passed(data::RecordRef record, std::vector<data::RecordRef> children) override;
  void dropped(data::RecordRef record, std::string reason) override;
  void rejected(data::RecordRef record, Failure failure) override;
  void worked(const data::Record& record, uint64_t batch, Steady::duration took) override;
  void close_one(Delivery& page);

  const Place place_;
  Passage& passage_;
  std::vector<Stage*> next_;
  StageMeters meters_;
  Runner runner_;
};

}  // namespace sluice::flow
