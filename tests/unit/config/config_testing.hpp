// What the tests of host/config share.
#pragma once

#include "config/document.hpp"
#include "config/interpolate.hpp"
#include "config/pipeline.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::config {

inline std::vector<std::string> lines_of(const Findings& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings.items()) lines.push_back(finding.text());
  return lines;
}

// An environment that holds just these.
inline Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

// A pipeline file "p.yaml" in /etc/sluice.
inline Loaded load_text(std::string_view text, std::vector<std::string> overrides = {},
                        std::map<std::string, std::string> variables = {}) {
  return load_pipeline_text(
      text, "/etc/sluice/p.yaml",
      {.overrides = std::move(overrides), .environment = environment_of(std::move(variables))});
}

using Lines = std::vector<std::string>;

}  // namespace sluice::config
