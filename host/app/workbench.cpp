// Putting the workbench together.
#include "app/workbench.hpp"

#include <unistd.h>

#include <cstdlib>
#include <system_error>
#include <utility>

namespace sluice::app {

std::vector<std::filesystem::path> plugin_path(
    const std::vector<std::filesystem::path>& configured) {
  std::error_code failed;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", failed);
  return plugin::search_path(configured, std::getenv("SLUICE_PLUGIN_PATH"), executable);
}

std::vector<std::filesystem::path> absolute_folders(std::vector<std::filesystem::path> folders) {
  for (auto& folder : folders) folder = std::filesystem::absolute(folder);
  return folders;
}

std::filesystem::path scratch_folder() {
  return std::filesystem::temp_directory_path() / ("sluice-" + std::to_string(getuid()));
}

plugin::HostOffer host_offer() { return {services::kHostVersion, services::offered_interfaces()}; }

Workbench::Workbench(Options options)
    : log(std::move(options.log)),
      faults(metrics, log),
      registry(std::move(options.plugins), faults),
      loop(options.loops),
      client(loop),
      workers("worker", options.workers),
      shared{
          log, metrics, faults, loop, client, router, workers, nullptr, std::move(options.data)} {}

Workbench::~Workbench() = default;

Workbench::Options offline(const config::Pipeline& pipeline) {
  Workbench::Options options;
  options.log.level = observe::Level::kError;
  options.plugins.path = plugin_path({pipeline.plugins.path.begin(), pipeline.plugins.path.end()});
  options.plugins.pins = {pipeline.plugins.pin.begin(), pipeline.plugins.pin.end()};
  options.plugins.copies = scratch_folder();
  options.plugins.host = host_offer();
  return options;
}

}  // namespace sluice::app
