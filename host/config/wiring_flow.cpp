// The flow: sources, a dedupe, transforms, branches that end in sinks.
#include "config/wiring_check.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace sluice::config {
namespace {

class FlowCheck {
 public:
  explicit FlowCheck(WiringCheck& check) : check_(check) {}

  void run();

 private:
  using Names = std::vector<std::string>;

  void place(const FlowNode& node);
  std::vector<const FlowNode*> steps_of(const FlowNode& sequence) const;
  void take_source(const FlowNode& step);
  std::size_t take_head(const std::vector<const FlowNode*>& steps);
  void take_branch(const std::vector<const FlowNode*>& steps, std::size_t first, const Names& from);
  void take_parallel(const FlowNode& step, const Names& from);
  void take_stage(const FlowNode& step, const Names& from, bool is_last);
  void connect(const Names& from, const std::string& to);
  void check_middle(const FlowNode& step);
  void check_last(const FlowNode& step);
  void report(const FlowNode& step, std::string message) {
    check_.report(*step.node, step.path, std::move(message));
  }

  WiringCheck& check_;
};

// Every name in the flow, known or not, once.
void FlowCheck::place(const FlowNode& node) {
  for (const FlowNode& child : node.children) place(child);
  if (node.kind != FlowNode::Kind::kStage || node.node->is_unusable()) return;
  if (check_.pipeline.stage(node.stage) == nullptr) {
    check_.report_unknown(*node.node, node.path, node.stage);
    return;
  }
  const auto [first, is_new] = check_.placed.try_emplace(node.stage, node.node);
  if (is_new) return;
  const Position at = first->second->at();
  report(node, "the stage " + in_quotes(node.stage) +
                   " is in the flow twice; the first is at line " + std::to_string(at.line) +
                   ", column " + std::to_string(at.column));
}

// The steps of a sequence, with sequences inside it (an extra pair of brackets) opened up.
std::vector<const FlowNode*> FlowCheck::steps_of(const FlowNode& sequence) const {
  std::vector<const FlowNode*> steps;
  for (const FlowNode& child : sequence.children) {
    if (child.kind != FlowNode::Kind::kSequence) {
      steps.push_back(&child);
      continue;
    }
    const auto inner = steps_of(child);
    steps.insert(steps.end(), inner.begin(), inner.end());
  }
  return steps;
}

void FlowCheck::take_source(const FlowNode& step) {
  check_.wiring.sources.push_back(step.stage);
  if (check_.may_be(step.stage, kSourceRole)) return;
  report(step, check_.named(step.stage) + " is not a source; a flow begins with one");
}

// Takes the sources and the dedupe; returns the index of the first step behind them.
std::size_t FlowCheck::take_head(const std::vector<const FlowNode*>& steps) {
  std::size_t next = 0;
  // A list at the head holds several sources; so do one-stage lists side by side.
  const FlowNode& head = check_.pipeline.flow.children.front();
  if (head.kind == FlowNode::Kind::kSequence) {
    // [[crawl, seen, chunk, words]] is a whole flow in one pair of brackets too many, though.
    const bool is_whole = check_.pipeline.flow.children.size() == 1;
    for (const FlowNode* step : steps_of(head)) {
      if (step->kind != FlowNode::Kind::kStage) break;
      if (is_whole && next > 0) break;
      take_source(*step);
      ++next;
    }
  } else if (head.kind == FlowNode::Kind::kParallel) {
    const bool is_flat =
        std::all_of(head.children.begin(), head.children.end(), [](const FlowNode& branch) {
          return branch.children.size() == 1 &&
                 branch.children.front().kind == FlowNode::Kind::kStage;
        });
    if (!is_flat) {
      report(head, "branches come behind a source; several sources are one list: [[a, b], next]");
      return steps.size();
    }
    for (const FlowNode& branch : head.children) take_source(branch.children.front());
    next = 1;
  } else {
    take_source(head);
    next = 1;
  }
  if (next < steps.size() && steps[next]->kind == FlowNode::Kind::kStage) {
    const PluginFacts* facts = check_.facts_of(steps[next]->stage);
    if (facts != nullptr && facts->has(kDedupeRole)) {
      check_.wiring.dedupe = steps[next]->stage;
      ++next;
    }
  }
  return next;
}

void FlowCheck::connect(const Names& from, const std::string& to) {
  if (from.empty()) check_.wiring.heads.push_back(to);
  for (const std::string& stage : from) check_.wiring.edges[stage].push_back(to);
}

void FlowCheck::check_middle(const FlowNode& step) {
  const PluginFacts* facts = check_.facts_of(step.stage);
  if (facts == nullptr || facts->has(kTransformRole)) return;
  const std::string name = check_.named(step.stage);
  if (facts->has(kSinkRole)) {
    report(step, name +
                     " is a sink, so nothing can follow it; to run stages side by side give each a "
                     "list of its own: [[" +
                     step.stage + "], [...]]");
  } else if (facts->has(kSourceRole)) {
    report(step, name + " is a source; sources stand at the head of the flow: [[a, b], next]");
  } else if (facts->has(kDedupeRole)) {
    report(step, check_.wiring.dedupe
                     ? name + " removes duplicates, but " + check_.named(*check_.wiring.dedupe) +
                           " already does; keep one"
                     : name + " removes duplicates, so it stands directly behind the sources");
  } else {
    report(step, name + " is not a transform, so it cannot stand between a source and a sink");
  }
}

void FlowCheck::check_last(const FlowNode& step) {
  const PluginFacts* facts = check_.facts_of(step.stage);
  if (facts == nullptr || facts->has(kSinkRole)) return;
  const bool is_out_of_place =
      !facts->has(kTransformRole) && (facts->has(kSourceRole) || facts->has(kDedupeRole));
  if (is_out_of_place) {
    check_middle(step);
    return;
  }
  report(step, "this branch ends in " + check_.named(step.stage) +
                   ", which is not a sink; what it makes would go nowhere");
}

void FlowCheck::take_stage(const FlowNode& step, const Names& from, bool is_last) {
  connect(from, step.stage);
  check_.wiring.order.push_back(step.stage);
  if (is_last) {
    check_last(step);
  } else {
    check_middle(step);
  }
}

void FlowCheck::take_parallel(const FlowNode& step, const Names& from) {
  for (const FlowNode& branch : step.children) {
    if (branch.kind == FlowNode::Kind::kParallel) {
      take_parallel(branch, from);  // side by side within side by side is the same thing
    } else {
      take_branch(steps_of(branch), 0, from);
    }
  }
}

void FlowCheck::take_branch(const std::vector<const FlowNode*>& steps, std::size_t first,
                            const Names& from) {
  Names feeding = from;
  for (std::size_t i = first; i < steps.size(); ++i) {
    const FlowNode& step = *steps[i];
    const bool is_last = i + 1 == steps.size();
    if (step.kind == FlowNode::Kind::kStage) {
      take_stage(step, feeding, is_last);
      feeding = {step.stage};
      continue;
    }
    take_parallel(step, feeding);
    if (!is_last) {
      report(step,
             "branches end the list they are in; move what follows into each of them, or in "
             "front");
      return;
    }
  }
}

void FlowCheck::run() {
  const FlowNode& flow = check_.pipeline.flow;
  if (flow.children.empty()) return;  // reported as shape
  place(flow);
  const std::vector<const FlowNode*> steps = steps_of(flow);
  const std::size_t next = take_head(steps);
  if (next >= steps.size()) {
    const bool is_only_head = flow.children.front().kind != FlowNode::Kind::kParallel;
    if (is_only_head || check_.wiring.sources.size() > 1) {
      report(flow, "the flow has no sink; end it with a stage that stores what it gets");
    }
    return;
  }
  take_branch(steps, next, {});
}

}  // namespace

void check_flow(WiringCheck& check) { FlowCheck(check).run(); }

}  // namespace sluice::config
