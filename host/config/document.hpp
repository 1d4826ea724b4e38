// Document: a YAML file read into Nodes, every problem at its line and column.
#pragma once

#include "config/node.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

constexpr std::size_t kMostFileBytes = std::size_t{4} * 1024 * 1024;

// Owns its nodes and the names of the files they stand in. Move-only; nodes stay where they are
// when it moves. Thread-compatible.
class Document {
 public:
  // Both leave root() empty and add findings when the text cannot be read as one YAML document.
  static Document parse(std::string_view text, const std::string& file_name, Findings& findings);
  static Document read(const std::filesystem::path& path, Findings& findings);

  const Node* root() const { return root_.get(); }
  Node* root() { return root_.get(); }

  // By JSON Pointer; nullptr when there is none.
  const Node* find(std::string_view pointer) const;

  const std::string& file() const { return *files_.front(); }

  // A name that lives as long as the nodes: for values that come from elsewhere.
  const std::string& add_file(std::string name);

 private:
  explicit Document(std::string file_name) { add_file(std::move(file_name)); }

  std::vector<std::unique_ptr<const std::string>> files_;
  std::unique_ptr<Node> root_;
};

// One YAML value on one line that starts at `start` of `file`; nullptr after a finding.
std::unique_ptr<Node> parse_yaml(std::string_view text, const std::string& file, Position start,
                                 Findings& findings);

}  // namespace sluice::config
