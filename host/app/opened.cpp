#include "app/opened.hpp"

#include "app/checked.hpp"

namespace sluice::app {

Opened open_file(const FileOptions& options) {
  Opened opened{config::load_pipeline(options.file, {.overrides = options.overrides}), nullptr,
                nullptr};
  if (!opened.loaded.pipeline) return opened;
  opened.bench = std::make_unique<Workbench>(offline(*opened.loaded.pipeline));
  opened.components = checked(opened.loaded, *opened.bench);
  return opened;
}

}  // namespace sluice::app
