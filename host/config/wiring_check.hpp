// What the parts of check_wiring share. Inside host/config only.
#pragma once

#include "config/wiring.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::config {

struct WiringCheck {
  const Pipeline& pipeline;
  const Document& document;
  Findings& findings;
  std::map<std::string, const PluginFacts*> facts;  // by stage; nullptr: not known
  std::map<std::string, const Node*> placed;        // stage to where the flow names it
  std::set<std::string> meant;                      // stages that a misspelt name probably means
  Wiring wiring;

  // nullptr for an unknown stage or plugin.
  const PluginFacts* facts_of(const std::string& stage) const;

  // Whether the stage has the role, or nobody knows.
  bool may_be(const std::string& stage, std::string_view role) const;

  // "words" (bm25-sink)
  std::string named(const std::string& stage) const;

  // That `node` names a stage there is none of.
  void report_unknown(const Node& node, const std::string& path, const std::string& stage);
  void report(const Node& node, const std::string& path, std::string message,
              Severity severity = Severity::kError);
  void report_at(const StageSpec& stage, std::string message, Severity severity = Severity::kError);
};

void check_flow(WiringCheck& check);
void check_search(WiringCheck& check);

}  // namespace sluice::config
