// Any bytes as a pipeline file: parsed, overridden, interpolated, checked for shape and wiring.
#include "config/wiring.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace sluice::config;

// Every variable is set but one.
std::optional<std::string> variable(const std::string& name) {
  return name == "UNSET" ? std::nullopt : std::optional<std::string>(name + ": [5]");
}

const PluginFacts* facts_of(const StageSpec& stage) {
  static const PluginFacts everything{
      .id = "everything",
      .roles = {"sluice.source/1", "sluice.dedupe/1", "sluice.transform/1", "sluice.sink/1",
                "sluice.embed/1", "sluice.search/1"},
      .config_schema = R"({"type": "object", "properties": {
          "text": {"type": "string", "pattern": "^(a|b)*$", "x-secret": true},
          "time": {"type": "string", "format": "duration", "x-unit": "s"},
          "size": {"type": "string", "format": "bytes", "default": "1KiB"},
          "either": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "number"}}]}}})"};
  static const PluginFacts sink{.id = "sink", .roles = {"sluice.sink/1"}};
  if (stage.plugin.size() % 3 == 0) return nullptr;
  return stage.plugin.size() % 3 == 1 ? &everything : &sink;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  LoadOptions options{.overrides = {}, .environment = variable};
  // A first line "#set path=value" is an override.
  constexpr std::string_view kOverride = "#set ";
  if (text.starts_with(kOverride)) {
    const std::string_view line = text.substr(0, text.find('\n'));
    options.overrides.emplace_back(line.substr(kOverride.size()));
  }
  Loaded loaded = load_pipeline_text(text, "/p.yaml", options);
  if (loaded.pipeline) {
    check_wiring(*loaded.pipeline, loaded.document, facts_of, loaded.findings);
    loaded.shown();
  } else if (!loaded.findings.has_errors()) {
    std::abort();  // nothing read and nothing said
  }
  loaded.findings.text();
  loaded.findings.to_json().dump();
  return 0;
}
