// YamlTree: turns a stream of YAML events into Nodes within fixed bounds. Knows duplicate keys,
// anchors, aliases and merge keys; knows no YAML library, document.cpp feeds it.
#pragma once

#include "config/node.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::config {

// What a file may grow to once its aliases are written out. Inclusive.
constexpr std::size_t kMostDepth = 64;  // lists and maps within each other
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostText = std::size_t{16} * 1024 * 1024;  // bytes of keys and values
constexpr std::size_t kLongestKey = 256;                          // bytes

// Each call says whether to go on: after a finding that leaves nothing to build on, it is false.
// Used by one thread, for one document.
class YamlTree {
 public:
  struct Start {
    std::optional<Position> at;  // absent for a value that is not written at all (`key:`)
    std::string anchor;          // empty: none
    bool is_flow = false;        // [ ] or { }
  };

  YamlTree(const std::string& file, Findings& findings) : file_(file), findings_(findings) {}

  bool begin(Node::Kind kind, const Start& start);
  bool end();
  bool scalar(const Start& start, std::string text, Node::Style style);
  bool alias(Position at, const std::string& name);

  // Reports an error below what is open now.
  void report(Position at, std::string message);

  // Where the innermost list or map in brackets that is still open starts.
  std::optional<Position> open_bracket() const;

  std::unique_ptr<Node> take() { return std::move(root_); }

 private:
  struct Open {
    Node* node;
    bool is_flow;
    std::optional<std::string> key;  // of the value that comes next
    Position key_at;
    bool is_duplicate = false;  // that value is dropped: its key was there before
    bool is_merge = false;      // that value is what `<<` merges
    std::unordered_map<std::string, Position> seen;
    std::vector<Node*> merges;
  };

  bool set_key(Position at, std::string text, bool is_merge);
  Node* attach(std::unique_ptr<Node> node);
  bool merge_into(Open& open);
  bool merge_map(Open& open, const Node& source);
  std::unique_ptr<Node> copy(const Node& source, std::size_t depth);
  bool spend(std::size_t text, Position at);
  bool is_key_next() const;
  std::string path() const;

  const std::string& file_;
  Findings& findings_;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Node>> aside_;  // merged or dropped values, kept: anchors point there
  std::vector<Open> open_;
  std::map<std::string, Node*> anchors_;
  std::size_t nodes_ = 0;
  std::size_t text_ = 0;
};

}  // namespace sluice::config
