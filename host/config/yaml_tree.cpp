// See yaml_tree.hpp.
#include "config/yaml_tree.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace sluice::config {
namespace {

std::string place(Position at) {
  return "line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
}

}  // namespace

std::string YamlTree::path() const {
  std::string out;
  for (const Open& open : open_) {
    if (&open == &open_.back()) break;  // what is wrong lies in the innermost one itself
    if (open.node->is_list()) {
      out = path_of(out, open.node->items().size() - 1);
    } else if (open.key) {
      out = path_of(out, *open.key);
    }
  }
  return out;
}

void YamlTree::report(Position at, std::string message) {
  findings_.add({.file = file_, .at = at, .path = path(), .message = std::move(message)});
}

std::optional<Position> YamlTree::open_bracket() const {
  for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
    if (open->is_flow) return open->node->at();
  }
  return std::nullopt;
}

bool YamlTree::is_key_next() const {
  return !open_.empty() && open_.back().node->is_map() && !open_.back().key;
}

bool YamlTree::spend(std::size_t text, Position at) {
  ++nodes_;
  text_ += text;
  if (nodes_ <= kMostNodes && text_ <= kMostText) return true;
  report(at, nodes_ > kMostNodes
                 ? "the file has more than 100000 values, aliases written out; it is not read"
                 : "the file has more than 16 MiB of text, aliases written out; it is not read");
  return false;
}

bool YamlTree::set_key(Position at, std::string text, bool is_merge) {
  Open& open = open_.back();
  if (text.size() > kLongestKey) {
    report(at, "a key has at most 256 bytes, this one has " + std::to_string(text.size()));
    return false;
  }
  const auto [first, is_new] = open.seen.try_emplace(text, at);
  if (!is_new) {
    report(at, "duplicate key " + in_quotes(text) + "; the first is at " + place(first->second));
  }
  open.is_duplicate = !is_new;
  open.is_merge = is_merge;
  open.key_at = at;
  text_ += text.size();
  open.key = std::move(text);
  return true;
}

Node* YamlTree::attach(std::unique_ptr<Node> node) {
  Node* added = node.get();
  if (open_.empty()) {
    root_ = std::move(node);
    return added;
  }
  Open& open = open_.back();
  if (open.node->is_list()) {
    open.node->append(std::move(node));
  } else if (open.is_duplicate || open.is_merge) {
    if (open.is_merge && !open.is_duplicate) open.merges.push_back(added);
    aside_.push_back(std::move(node));
  } else {
    open.node->append(*open.key, open.key_at, std::move(node));
  }
  if (added->is_null() || added->is_scalar()) open.key.reset();
  return added;
}

bool YamlTree::begin(Node::Kind kind, const Start& start) {
  const Position at = start.at.value_or(Position{1, 1});
  if (is_key_next()) {
    report(at, "a key is a word, not a list or a mapping");
    return false;
  }
  if (open_.size() == kMostDepth) {
    report(at, "lists and mappings are nested deeper than 64 levels");
    return false;
  }
  if (!spend(0, at)) return false;
  Node* node = attach(std::make_unique<Node>(kind, at, file_));
  if (!start.anchor.empty()) anchors_[start.anchor] = node;
  open_.push_back(
      {.node = node, .is_flow = start.is_flow, .key = {}, .key_at = at, .seen = {}, .merges = {}});
  return true;
}

bool YamlTree::end() {
  if (!merge_into(open_.back())) return false;
  open_.pop_back();
  if (!open_.empty()) open_.back().key.reset();
  return true;
}

bool YamlTree::scalar(const Start& start, std::string text, Node::Style style) {
  const bool is_plain = style == Node::Style::kPlain;
  if (is_key_next()) {
    const bool is_merge = is_plain && text == "<<";
    return set_key(start.at.value_or(open_.back().node->at()), std::move(text), is_merge);
  }
  const Position fallback = open_.empty() ? Position{1, 1} : open_.back().key_at;
  const Position at = start.at.value_or(fallback);
  if (!spend(text.size(), at)) return false;
  auto node = std::make_unique<Node>(Node::Kind::kScalar, at, file_);
  node->set_text(std::move(text), style);
  if (is_plain && std::holds_alternative<std::nullptr_t>(node->typed())) {
    node = std::make_unique<Node>(Node::Kind::kNull, at, file_);
  }
  Node* added = attach(std::move(node));
  if (!start.anchor.empty()) anchors_[start.anchor] = added;
  return true;
}

bool YamlTree::alias(Position at, const std::string& name) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    std::vector<std::string> names;
    if (!findings_.is_full()) {
      for (const auto& anchor : anchors_) names.push_back(anchor.first);
    }
    report(at, "there is no anchor &" + printable(name) + " above this alias" +
                   did_you_mean(name, names));
    return false;
  }
  const Node& target = *found->second;
  if (is_key_next()) {
    if (target.is_scalar()) return set_key(at, target.text(), false);
    report(at, "a key is a word, not a list or a mapping");
    return false;
  }
  const bool is_inside = std::any_of(open_.begin(), open_.end(),
                                     [&](const Open& open) { return open.node == &target; });
  if (is_inside) {
    report(at, "the alias *" + printable(name) + " is inside what it stands for");
    return false;
  }
  auto copied = copy(target, open_.size());
  if (copied == nullptr) {
    report(at, "the alias *" + printable(name) +
                   " grows the file beyond 100000 values, 16 MiB of text or 64 levels");
    return false;
  }
  attach(std::move(copied));
  if (!open_.empty()) open_.back().key.reset();
  return true;
}

// nullptr when the copy would break a bound. `depth` counts the lists and maps around it.
std::unique_ptr<Node> YamlTree::copy(const Node& source, std::size_t depth) {
  text_ += source.text().size();
  const bool is_leaf = source.is_null() || source.is_scalar();
  if (++nodes_ > kMostNodes || text_ > kMostText || (!is_leaf && depth >= kMostDepth)) {
    return nullptr;
  }
  auto node = std::make_unique<Node>(source.kind(), source.at(), source.file());
  node->set_text(source.text(), source.style());
  for (const auto& item : source.items()) {
    auto copied = copy(*item, depth + 1);
    if (copied == nullptr) return nullptr;
    node->append(std::move(copied));
  }
  for (const Member& member : source.members()) {
    text_ += member.key.size();
    auto copied = copy(*member.value, depth + 1);
    if (copied == nullptr) return nullptr;
    node->append(member.key, member.key_at, std::move(copied));
  }
  return node;
}

// A key of its own wins over a merged one, an earlier source over a later one.
bool YamlTree::merge_into(Open& open) {
  for (const Node* source : open.merges) {
    if (source->is_map()) {
      if (!merge_map(open, *source)) return false;
      continue;
    }
    const bool is_list_of_maps =
        source->is_list() && std::all_of(source->items().begin(), source->items().end(),
                                         [](const auto& item) { return item->is_map(); });
    if (!is_list_of_maps) {
      report(source->at(), "\"<<\" merges a mapping or a list of mappings");
      continue;
    }
    for (const auto& item : source->items()) {
      if (!merge_map(open, *item)) return false;
    }
  }
  return true;
}

bool YamlTree::merge_map(Open& open, const Node& source) {
  for (const Member& member : source.members()) {
    if (!open.seen.try_emplace(member.key, member.key_at).second) continue;
    text_ += member.key.size();
    auto copied = copy(*member.value, open_.size());
    if (copied == nullptr) {
      report(open.node->at(),
             "\"<<\" grows the file beyond 100000 values, 16 MiB of text or 64 levels");
      return false;
    }
    open.node->append(member.key, member.key_at, std::move(copied));
  }
  return true;
}

}  // namespace sluice::config
