// sluice schema: what a pipeline file may say, for editors and for the documentation.
#include "app/editor_schema.hpp"
#include "app/verbs.hpp"
#include "app/workbench.hpp"

#include <iostream>
#include <utility>

namespace sluice::app {

int schema(const std::vector<std::filesystem::path>& path, SchemaForm form) {
  Workbench::Options options;
  options.log.level = observe::Level::kError;
  options.plugins.path = plugin_path(absolute_folders(path));
  options.plugins.copies = scratch_folder();
  options.plugins.host = host_offer();
  Workbench bench(std::move(options));
  std::vector<PluginSettings> plugins;
  for (const auto& found : bench.registry.list()) {
    if (!found.image) {
      std::cerr << "sluice: left out: " << found.image.error().message << '\n';
      continue;
    }
    const sluice_descriptor& descriptor = *(*found.image)->descriptors().front();
    auto settings = nlohmann::json::parse(descriptor.config_schema, nullptr, false);
    if (!settings.is_object()) settings = nlohmann::json::object();
    plugins.push_back({found.name, descriptor.summary, std::move(settings)});
  }
  if (form == SchemaForm::kMarkdown) {
    std::cout << settings_markdown(plugins);
  } else {
    std::cout << editor_schema(plugins).dump(2) << '\n';
  }
  return kFine;
}

}  // namespace sluice::app
