// Node: one value of a YAML document, knowing where it stands. No YAML library in sight.
#pragma once

#include "config/findings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::config {

class Node;

// One `key: value` of a map.
struct Member {
  std::string key;
  Position key_at;
  std::unique_ptr<Node> value;
};

// What a plain scalar says by the YAML 1.2 core schema. `.inf` and `.nan` stay text: JSON has none.
struct TooLarge {};  // an integer beyond 64 bits
using Scalar = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view, TooLarge>;

// A tree of values. Owned by a Document, or by whoever made it; children never move, so pointers to
// nodes hold as long as the tree. Thread-compatible.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  enum class Style { kPlain, kQuoted };  // quoted: also block text (| and >)

  // `file` outlives the node; it names where the value was written.
  Node(Kind kind, Position at, const std::string& file) : kind_(kind), at_(at), file_(&file) {}

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }

  Position at() const { return at_; }
  const std::string& file() const { return *file_; }

  // Of a scalar: its text after interpolation, and what it says.
  const std::string& text() const { return text_; }
  Style style() const { return style_; }
  Scalar typed() const;
  Scalar typed_as(Style style) const;  // as if it stood there without quotes, or with them

  // What the user wrote, if `text` came from the environment; else empty. Messages show this
  // instead of the text, which may be a secret.
  const std::string& template_text() const { return template_; }

  // Whether plain text may be read as whatever the schema asks for: it came from the environment or
  // from --set, where there are no quotes to say so.
  bool is_untyped() const { return is_untyped_; }

  // Whether a finding already says that the value could not be made out; it gets no second one.
  bool is_unusable() const { return is_unusable_; }

  // Of a list.
  const std::vector<std::unique_ptr<Node>>& items() const { return items_; }

  // Of a map, in the order of the file.
  const std::vector<Member>& members() const { return members_; }
  const Member* member(std::string_view key) const;
  const Node* get(std::string_view key) const;

  // By JSON Pointer (RFC 6901); nullptr when there is none. "" is the node itself.
  const Node* find(std::string_view pointer) const;

  // As find, but the deepest node on the way that exists: where to report what a plugin says about
  // a setting left out.
  const Node& nearest(std::string_view pointer) const;

  void set_text(std::string text, Style style);
  void set_from_environment(std::string text);  // keeps what was written as template_text
  void set_untyped() { is_untyped_ = true; }
  void set_unusable() { is_unusable_ = true; }
  void become_map() { kind_ = Kind::kMap; }  // of a null: --set adds the first member
  Node& append(std::unique_ptr<Node> item);
  Node& append(std::string key, Position key_at, std::unique_ptr<Node> value);
  std::vector<std::unique_ptr<Node>>& mutable_items() { return items_; }
  std::vector<Member>& mutable_members() { return members_; }

 private:
  Kind kind_;
  Style style_ = Style::kPlain;
  bool is_untyped_ = false;
  bool is_unusable_ = false;
  Position at_;
  const std::string* file_;
  std::string text_;
  std::string template_;
  std::vector<std::unique_ptr<Node>> items_;
  std::vector<Member> members_;
};

// "/stages/embed/batch/0" to "stages.embed.batch[0]", below the path `base`.
std::string dotted_path(std::string_view base, std::string_view pointer);

// "stages.embed.batch[0]" to "/stages/embed/batch/0".
std::string json_pointer(std::string_view dotted);

// The path of a key or an item below `base`.
std::string path_of(std::string_view base, std::string_view key);
std::string path_of(std::string_view base, std::size_t index);

}  // namespace sluice::config
