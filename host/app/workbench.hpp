// Workbench: everything that components need of a host, before and around a pipeline: log, metrics,
// event loop, router, workers, plugin registry. `run` builds the rest on top; `check` needs no
// more.
#pragma once

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "config/pipeline.hpp"
#include "flow/doorway.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "plugin/registry.hpp"
#include "services/instance.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::app {

// Where plugins are looked for: what the pipeline file says, SLUICE_PLUGIN_PATH, and around the
// executable.
std::vector<std::filesystem::path> plugin_path(
    const std::vector<std::filesystem::path>& configured);

// Folders of a command line, which are meant from where one stands; in a file they have to be
// absolute.
std::vector<std::filesystem::path> absolute_folders(std::vector<std::filesystem::path> folders);

// A folder of this user's for private copies of plugins, for verbs that keep no data.
std::filesystem::path scratch_folder();

// Members in the order of who uses whom; destroyed the other way round.
class Workbench {
 public:
  struct Options {
    observe::Log::Options log;
    plugin::Registry::Options plugins;
    std::filesystem::path data;
    std::size_t workers = 1;
    unsigned loops = 1;
  };
  explicit Workbench(Options options);
  ~Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  SystemClock clock;
  observe::Log log;
  observe::Metrics metrics;
  plugin::Faults faults;
  plugin::Registry registry;
  net::EventLoop loop;
  net::Client client;
  net::Router router;
  WorkerPool workers;
  services::Shared shared;
  flow::Doorway doorway;
};

plugin::HostOffer host_offer();

// The workbench of a verb that starts nothing: only errors are logged, nothing is kept.
Workbench::Options offline(const config::Pipeline& pipeline);

}  // namespace sluice::app
