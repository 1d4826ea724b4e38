// Vocabulary: the pieces of a WordPiece model, read from its vocab.txt, in a form that finds the
// longest piece at the head of a text in one walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chunker {

// Immutable once made; any thread.
class Vocabulary {
 public:
  // From the lines of a vocab.txt: pieces, those that go on within a word with "##" in front. On
  // failure a sentence that says what is wrong with it.
  static std::variant<Vocabulary, std::string> parse(std::string_view lines);
  static std::variant<Vocabulary, std::string> load(const std::filesystem::path& path);

  // The length of the longest piece that `text` begins with; 0 for none.
  enum class Place { kWordBegin, kWithinWord };
  std::size_t longest(Place place, std::string_view text) const;

  // The model makes no difference between capital and small letters, nor of accents.
  bool is_uncased() const { return is_uncased_; }
  std::size_t size() const { return size_; }

 private:
  Vocabulary() = default;
  void add(Place place, std::string_view piece);
  std::uint32_t child(std::uint32_t node, unsigned char byte) const;
  std::uint32_t child_or_new(std::uint32_t node, unsigned char byte);
  void grow();

  // A trie over bytes. Its edges lie in one hash table with open addressing: far smaller than a
  // table per node, and one probe per byte.
  struct Edge {
    std::uint64_t key = 0;  // node * 256 + byte + 1; 0 is free
    std::uint32_t node = 0;
  };
  std::vector<Edge> edges_;     // a power of two, at most half full
  std::vector<bool> is_piece_;  // by node
  std::size_t edge_count_ = 0;
  std::size_t size_ = 0;
  bool is_uncased_ = true;
};

}  // namespace chunker
