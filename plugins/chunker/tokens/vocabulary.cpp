// Reading vocab.txt and the trie.
#include "tokens/vocabulary.hpp"

#include "cut/utf8.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace chunker {
namespace {

constexpr std::uint32_t kBeginRoot = 1;
constexpr std::uint32_t kWithinRoot = 2;
constexpr std::uint32_t kNone = 0;

std::uint64_t spread(std::uint64_t key) {
  key *= 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio: Fibonacci hashing
  return key ^ (key >> 32);
}

bool is_special(std::string_view piece) {
  return piece.size() > 2 && piece.front() == '[' && piece.back() == ']';
}

bool has_capital(std::string_view piece) {
  return std::any_of(piece.begin(), piece.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::variant<Vocabulary, std::string> Vocabulary::load(const std::filesystem::path& path) {
  constexpr std::uintmax_t kLargest = 64U << 20U;  // of multilingual models: 1 MB
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return "cannot read the vocabulary " + path.string() +
           (error ? ": " + error.message() : ": it is not a file") + "; name the model's vocab.txt";
  }
  if (std::filesystem::file_size(path, error) > kLargest) {
    return "the vocabulary " + path.string() + " is larger than 64 MiB; name the model's vocab.txt";
  }
  std::ifstream file(path, std::ios::binary);
  const std::string lines(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    return "cannot read the vocabulary " + path.string() + "; is it readable for this user?";
  }
  auto parsed = parse(lines);
  if (auto* why = std::get_if<std::string>(&parsed)) {
    return path.string() + " " + *why;
  }
  return parsed;
}

std::variant<Vocabulary, std::string> Vocabulary::parse(std::string_view lines) {
  Vocabulary made;
  made.edges_.resize(1024);
  made.is_piece_.resize(kWithinRoot + 1);
  bool has_unknown = false;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view piece = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (piece.ends_with('\r')) {
      piece.remove_suffix(1);
    }
    if (piece.empty()) {
      continue;
    }
    ++made.size_;
    has_unknown = has_unknown || piece == "[UNK]";
    if (is_special(piece)) {
      continue;
    }
    made.is_uncased_ = made.is_uncased_ && !has_capital(piece);
    if (piece.size() > 2 && piece.starts_with("##")) {
      made.add(Place::kWithinWord, piece.substr(2));
    } else {
      made.add(Place::kWordBegin, piece);
    }
  }
  if (!has_unknown) {
    return std::string(
        "is not a WordPiece vocabulary: it has no line [UNK]; name the model's vocab.txt, one "
        "piece a "
        "line");
  }
  return made;
}

void Vocabulary::add(Place place, std::string_view piece) {
  std::uint32_t node = place == Place::kWordBegin ? kBeginRoot : kWithinRoot;
  for (const char c : piece) {
    node = child_or_new(node, static_cast<unsigned char>(c));
  }
  is_piece_[node] = true;
}

std::size_t Vocabulary::longest(Place place, std::string_view text) const {
  std::uint32_t node = place == Place::kWordBegin ? kBeginRoot : kWithinRoot;
  std::size_t found = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    node = child(node, static_cast<unsigned char>(text[i]));
    if (node == kNone) {
      break;
    }
    found = is_piece_[node] ? i + 1 : found;
  }
  return found;
}

std::uint32_t Vocabulary::child(std::uint32_t node, unsigned char byte) const {
  const std::uint64_t key = std::uint64_t{node} * 256 + byte + 1;
  for (std::size_t at = spread(key);; ++at) {
    const Edge& edge = edges_[at & (edges_.size() - 1)];
    if (edge.key == key || edge.key == 0) {
      return edge.node;
    }
  }
}

std::uint32_t Vocabulary::child_or_new(std::uint32_t node, unsigned char byte) {
  if (const std::uint32_t known = child(node, byte); known != kNone) {
    return known;
  }
  if ((edge_count_ + 1) * 2 > edges_.size()) {
    grow();
  }
  const std::uint64_t key = std::uint64_t{node} * 256 + byte + 1;
  const auto made = static_cast<std::uint32_t>(is_piece_.size());
  std::size_t at = spread(key);
  while (edges_[at & (edges_.size() - 1)].key != 0) {
    ++at;
  }
  edges_[at & (edges_.size() - 1)] = {key, made};
  ++edge_count_;
  is_piece_.push_back(false);
  return made;
}

void Vocabulary::grow() {
  std::vector<Edge> old(edges_.size() * 2);
  old.swap(edges_);
  for (const Edge& edge : old) {
    if (edge.key == 0) {
      continue;
    }
    std::size_t at = spread(edge.key);
    while (edges_[at & (edges_.size() - 1)].key != 0) {
      ++at;
    }
    edges_[at & (edges_.size() - 1)] = edge;
  }
}

}  // namespace chunker
