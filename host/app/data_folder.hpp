// DataFolder: what the host keeps in the pipeline's data folder, opened and put right.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/pipeline.hpp"
#include "content/archive.hpp"
#include "crawls/ledger.hpp"
#include "flow/dead_letters.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "state/state.hpp"

#include <functional>
#include <memory>

namespace sluice::app {

// Members in the order of who uses whom.
struct DataFolder {
  struct Surroundings {
    const observe::Log& log;
    observe::Metrics& metrics;
    const Clock& clock;
    std::function<void()> on_broken;  // the disk failed: the host has to end; any thread, once
  };

  // What a loss of power left is put right before anybody else sees it. kBusy: another host has the
  // folder; kIo: it cannot be used.
  static Result<DataFolder> open(const config::Pipeline& pipeline, Surroundings around);

  std::unique_ptr<journal::GroupCommit> commits;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<crawls::Ledger> ledger;
  std::unique_ptr<flow::DeadLetters> dead_letters;
  std::unique_ptr<content::Archive> archive;
  std::unique_ptr<state::State> state;
};

}  // namespace sluice::app
