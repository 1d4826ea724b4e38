// The schemas of the pipeline file and of plugins, for editors and for the documentation.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::app {

struct PluginSettings {
  std::string name;  // as `plugin:` has it
  std::string summary;
  nlohmann::json schema;
};

// One JSON Schema (draft 2020-12) of the whole file: the settings under `config:` by the plugin
// that the stage names. Values may also be filled from the environment: "${NAME}".
nlohmann::json editor_schema(const std::vector<PluginSettings>& plugins);

// A table of settings for each plugin, in Markdown.
std::string settings_markdown(const std::vector<PluginSettings>& plugins);

}  // namespace sluice::app
