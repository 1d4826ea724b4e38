// Two trees of values, side by side.
#include "app/reload_plan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace sluice::app {
namespace {

using nlohmann::json;

// One setting: what it is, and how it may be printed.
struct Setting {
  std::string value;
  std::string shown;
};
using Settings = std::map<std::string, Setting>;  // by path

// The leaves of a tree; `shown` is the same tree with secrets hidden. A list is one leaf.
void add_leaves(const std::string& path, const json& value, const json& shown, Settings& out) {
  if (!value.is_object()) {
    out[path] = {value.dump(), shown.dump()};
    return;
  }
  for (const auto& [key, part] : value.items()) {
    const json& part_shown = shown.is_object() && shown.contains(key) ? shown.at(key) : part;
    add_leaves(config::path_of(path, key), part, part_shown, out);
  }
}

Settings settings_of(const config::Loaded& loaded, const flow::Components& components) {
  Settings out;
  json value = json::parse(loaded.canonical);
  for (auto& stage : value["stages"]) stage.erase("config");
  add_leaves("", value, json::parse(loaded.shown()), out);
  for (const auto& stage : components.all()) {
    const std::string path = config::path_of("stages", stage->name);
    add_leaves(config::path_of(path, "config"), json::parse(stage->config.canonical),
               json::parse(stage->config.shown), out);
    // A file that was replaced is other code under the same name.
    const std::string sha256 = stage->image->sha256();
    out[config::path_of(path, "plugin")] = {
        sha256, '"' + stage->plugin + "\" (" + sha256.substr(0, 12) + ")"};
  }
  return out;
}

// What is taken up without anything being made anew: sections, and settings of a stage.
constexpr std::array<std::string_view, 7> kLiveSections = {"name",     "mode", "modes", "limits",
                                                           "timeouts", "api",  "search"};
constexpr std::array<std::string_view, 4> kLiveOfStage = {"concurrency", "timeout", "batch",
                                                          "retry"};
// Sections that other components are made for. What is in no list the host has open for as long as
// it runs: http, data, journal, content.
constexpr std::array<std::string_view, 2> kRebuiltSections = {"flow", "plugins"};

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Change::Effect effect_of(const std::string& path) {
  using Effect = Change::Effect;
  const std::string_view section = std::string_view(path).substr(0, path.find_first_of(".["));
  if (is_among(kLiveSections, section)) return Effect::kLive;
  if (is_among(kRebuiltSections, section)) return Effect::kRebuilt;
  if (section != "stages") return Effect::kRestart;
  const std::size_t name = path.find('.');
  const std::size_t setting = name == std::string::npos ? name : path.find('.', name + 1);
  if (setting == std::string::npos) return Effect::kRebuilt;
  const std::string_view rest = std::string_view(path).substr(setting + 1);
  return is_among(kLiveOfStage, rest.substr(0, rest.find('.'))) ? Effect::kLive : Effect::kRebuilt;
}

Change change_of(const std::string& path, const Setting* before, const Setting* after) {
  Change change{path, {}, effect_of(path)};
  if (!before) {
    change.text = path + ": added, " + after->shown;
  } else if (!after) {
    change.text = path + ": removed, was " + before->shown;
  } else if (before->shown == after->shown) {
    change.text = path + ": changed (a secret)";
  } else {
    change.text = path + ": " + before->shown + " -> " + after->shown;
  }
  return change;
}

}  // namespace

std::vector<Change> changes_between(const config::Loaded& before,
                                    const flow::Components& components_before,
                                    const config::Loaded& after,
                                    const flow::Components& components_after) {
  const Settings old = settings_of(before, components_before);
  const Settings fresh = settings_of(after, components_after);
  std::vector<Change> changes;
  for (const auto& [path, setting] : fresh) {
    const auto was = old.find(path);
    if (was == old.end()) {
      changes.push_back(change_of(path, nullptr, &setting));
    } else if (was->second.value != setting.value) {
      changes.push_back(change_of(path, &was->second, &setting));
    }
  }
  for (const auto& [path, setting] : old) {
    if (!fresh.contains(path)) changes.push_back(change_of(path, &setting, nullptr));
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.path < b.path; });
  return changes;
}

config::Findings refusals(const std::vector<Change>& changes, const config::Loaded& after) {
  config::Findings findings;
  for (const Change& change : changes) {
    if (change.effect != Change::Effect::kRestart) continue;
    config::Finding finding;
    finding.file = after.document.file();
    finding.path = change.path;
    if (const auto* root = after.document.root()) {
      finding.at = root->nearest(config::json_pointer(change.path)).at();
    }
    finding.message = "this takes effect only when the host is started again (" + change.text + ")";
    findings.add(std::move(finding));
  }
  findings.sort();
  return findings;
}

}  // namespace sluice::app
