// See flow_tree.hpp.
#include "config/flow_tree.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace sluice::config {
namespace {

constexpr std::size_t kLongestName = 64;

FlowNode tree(const Node& node, std::string path, Findings& findings) {
  FlowNode out{.kind = FlowNode::Kind::kSequence,
               .stage = {},
               .children = {},
               .node = &node,
               .path = std::move(path)};
  const auto report = [&](const std::string& message) {
    findings.add({.file = node.file(), .at = node.at(), .path = out.path, .message = message});
  };
  if (node.is_scalar()) {
    out.kind = FlowNode::Kind::kStage;
    out.stage = node.text();
    return out;
  }
  if (!node.is_list()) {
    report(std::string("expected the name of a stage or a list, got ") +
           (node.is_null() ? "nothing" : "a mapping"));
    return out;
  }
  if (node.items().empty()) report("an empty list has no stages; name one or leave the list out");
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    const Node& item = *node.items()[i];
    FlowNode child = tree(item, path_of(out.path, i), findings);
    // What was just reported must not be reported again as odd wiring.
    const bool is_usable = child.kind == FlowNode::Kind::kStage || !child.children.empty();
    if (is_usable) out.children.push_back(std::move(child));
  }
  const bool is_side_by_side =
      out.children.size() > 1 && std::all_of(node.items().begin(), node.items().end(),
                                             [](const auto& item) { return item->is_list(); });
  if (is_side_by_side) out.kind = FlowNode::Kind::kParallel;
  return out;
}

}  // namespace

FlowNode flow_tree(const Node& flow, Findings& findings) {
  FlowNode root = tree(flow, "flow", findings);
  if (root.kind == FlowNode::Kind::kSequence) return root;
  FlowNode sequence{.kind = FlowNode::Kind::kSequence,
                    .stage = {},
                    .children = {},
                    .node = &flow,
                    .path = "flow"};
  sequence.children.push_back(std::move(root));
  return sequence;
}

bool is_stage_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= kLongestName && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace sluice::config
