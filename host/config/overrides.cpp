// See overrides.hpp.
#include "config/overrides.hpp"

#include "config/wording.hpp"
#include "config/yaml_tree.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

namespace sluice::config {
namespace {

struct Step {
  std::string name;
  unsigned column;  // in the override, 1-based
};

unsigned column_at(std::string_view text, std::size_t offset) {
  return static_cast<unsigned>(count_code_points(text.substr(0, offset))) + 1;
}

// "a.b[0]" to a, b, 0.
std::vector<Step> split_path(std::string_view path) {
  std::vector<Step> steps;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const bool is_cut = i == path.size() || path[i] == '.' || path[i] == '[';
    if (!is_cut) continue;
    std::string_view name = path.substr(start, i - start);
    if (name.ends_with(']')) name.remove_suffix(1);
    steps.push_back({std::string(name), column_at(path, start)});
    start = i + 1;
  }
  return steps;
}

class Override {
 public:
  Override(Document& document, const std::string& text, Findings& findings)
      : document_(document), text_(text), file_(document.add_file("--set")), findings_(findings) {}

  void apply();

 private:
  std::unique_ptr<Node> value(std::size_t offset);
  std::unique_ptr<Node>* slot(Node& node, const Step& step, const std::string& path);
  void report(unsigned column, const std::string& path, std::string message) {
    findings_.add({.file = file_, .at = {1, column}, .path = path, .message = std::move(message)});
  }

  Document& document_;
  std::string_view text_;
  const std::string& file_;
  Findings& findings_;
};

std::unique_ptr<Node> Override::value(std::size_t offset) {
  const std::string_view text = text_.substr(offset);
  const Position at{1, column_at(text_, offset)};
  if (!text.empty() && std::string_view("[{\"'").find(text.front()) != std::string_view::npos) {
    return parse_yaml(text, file_, at, findings_);
  }
  auto node = std::make_unique<Node>(Node::Kind::kScalar, at, file_);
  node->set_text(std::string(text), Node::Style::kPlain);
  node->set_untyped();
  return node;
}

// Where the child of `node` that `step` names is kept, made if need be; nullptr after a finding.
std::unique_ptr<Node>* Override::slot(Node& node, const Step& step, const std::string& path) {
  if (node.is_list()) {
    std::size_t index = 0;
    const char* end = step.name.data() + step.name.size();
    const auto [stop, error] = std::from_chars(step.name.data(), end, index);
    auto& items = node.mutable_items();
    if (error != std::errc{} || stop != end || index > items.size()) {
      report(step.column, path,
             "is a list of " + std::to_string(items.size()) + "; " + in_quotes(step.name) +
                 " is not an index in it");
      return nullptr;
    }
    if (index == items.size())
      node.append(std::make_unique<Node>(Node::Kind::kNull, node.at(), file_));
    return &items[index];
  }
  if (node.is_null()) node.become_map();
  if (!node.is_map()) {
    report(step.column, path,
           "is a single value, so " + in_quotes(step.name) + " cannot be set in it");
    return nullptr;
  }
  auto& members = node.mutable_members();
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.key == step.name; });
  if (found != members.end()) return &found->value;
  const Position at{1, step.column};
  node.append(step.name, at, std::make_unique<Node>(Node::Kind::kNull, at, file_));
  return &members.back().value;
}

void Override::apply() {
  const std::size_t equals = text_.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    report(1, "",
           "expected path=value, such as stages.embed.concurrency=4, got " + in_quotes(text_));
    return;
  }
  if (find_invalid_utf8(text_) != std::string_view::npos) {
    report(1, "", "the text is not valid UTF-8");
    return;
  }
  const std::vector<Step> steps = split_path(text_.substr(0, equals));
  const bool has_gap =
      std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.name.empty(); });
  if (has_gap || steps.size() > kMostDepth) {
    report(1, "",
           in_quotes(text_.substr(0, equals)) + " is not a path such as stages.embed.timeout");
    return;
  }
  auto replacement = value(equals + 1);
  if (replacement == nullptr) return;
  std::string path;
  Node* node = document_.root();
  std::unique_ptr<Node>* place = nullptr;
  for (const Step& step : steps) {
    place = slot(*node, step, path);
    if (place == nullptr) return;
    path = path_of(path, step.name);
    node = place->get();
  }
  *place = std::move(replacement);
}

}  // namespace

void apply_overrides(Document& document, const std::vector<std::string>& overrides,
                     Findings& findings) {
  if (document.root() == nullptr) return;
  for (const std::string& text : overrides) Override(document, text, findings).apply();
}

}  // namespace sluice::config
