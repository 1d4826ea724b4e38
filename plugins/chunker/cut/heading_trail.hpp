// HeadingTrail: the headings in force at a place of a page, as one line of text: "Guide > Install".
#pragma once

#include "cut/block_scanner.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace chunker {

// The bound on a heading path, in bytes. Longer ones lose their outermost headings first.
inline constexpr std::size_t kMaxHeadingPath = 512;

// A heading's lines as a reader sees them: no markers, emphasis, links, tags or anchors, white
// space collapsed, valid UTF-8, at most kMaxHeadingPath bytes.
std::string heading_text(std::string_view lines);

// One thread. Told of the headings in page order.
class HeadingTrail {
 public:
  void enter(std::string_view page, const Block& heading);
  const std::string& path() const { return path_; }

 private:
  std::array<std::string, 6> texts_;  // by level; a heading ends all that are deeper
  std::string path_;
};

}  // namespace chunker
