// What must hold for the chunks of any page. Shared by the property tests and the fuzz target.
#pragma once

#include "cut/cutter.hpp"
#include "cut/utf8.hpp"

#include <utf8proc.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chunker::test {

struct Cut {
  std::size_t offset, length;
  std::uint32_t tokens;
  std::string path;
  std::size_t end() const { return offset + length; }
};

inline std::vector<Cut> cut(std::string_view page, const CutSettings& settings,
                            TokenCounter& counter) {
  std::vector<Cut> cuts;
  Cutter(page, settings, counter).run([&](const Chunk& chunk) {
    cuts.push_back({chunk.offset, chunk.length, chunk.tokens, std::string(chunk.heading_path)});
  });
  return cuts;
}

// Which offsets begin a code point, and which a grapheme, found by reading the page from its
// beginning.
struct Boundaries {
  explicit Boundaries(std::string_view page) : point(page.size() + 1), grapheme(page.size() + 1) {
    utf8proc_int32_t state = 0;
    char32_t left = 0;
    for (std::size_t at = 0; at < page.size();) {
      const utf8::CodePoint c = utf8::decode(page, at);
      point[at] = true;
      grapheme[at] = at == 0 || utf8proc_grapheme_break_stateful(
                                    static_cast<utf8proc_int32_t>(left),
                                    static_cast<utf8proc_int32_t>(c.value), &state);
      left = c.value;
      at += c.size;
    }
    point[page.size()] = grapheme[page.size()] = true;
  }
  // The grapheme around `at`, in bytes.
  std::size_t grapheme_size(std::size_t at) const {
    std::size_t begin = at;
    while (!grapheme[begin]) {
      --begin;
    }
    while (!grapheme[at]) {
      ++at;
    }
    return at - begin;
  }
  std::vector<bool> point, grapheme;
};

inline bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const utf8::CodePoint c = utf8::decode(text, at);
    if (!utf8::is_space(c.value)) {
      return false;
    }
    at += c.size;
  }
  return true;
}

// What is wrong with one chunk by itself; empty for nothing.
inline std::string wrong_with(const Cut& cut, std::string_view page, const CutSettings& settings,
                              const Boundaries& is_at) {
  if (cut.length == 0 || cut.end() > page.size()) {
    return "outside of the page";
  }
  if (is_blank(page.substr(cut.offset, cut.length))) {
    return "blank";
  }
  if (cut.tokens > settings.max_tokens || cut.length > kMaxBytesPerToken * settings.max_tokens) {
    return "too large";
  }
  for (const std::size_t at : {cut.offset, cut.end()}) {
    if (!is_at.point[at]) {
      return "cuts a code point";
    }
    if (!is_at.grapheme[at] && is_at.grapheme_size(at) <= settings.max_tokens) {
      return "cuts a grapheme that would fit";
    }
  }
  if (cut.path.size() > kMaxHeadingPath) {
    return "heading path too long";
  }
  return {};
}

// The first promise of Cutter that `cuts` breaks; empty for none.
inline std::string broken_promise(std::string_view page, const CutSettings& settings,
                                  TokenCounter& counter, const std::vector<Cut>& cuts) {
  const Boundaries is_at(page);
  std::size_t covered = 0;
  std::size_t previous = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const std::string name =
        "chunk " + std::to_string(i) + " at " + std::to_string(cuts[i].offset) + ": ";
    if (const std::string wrong = wrong_with(cuts[i], page, settings, is_at); !wrong.empty()) {
      return name + wrong;
    }
    if (i > 0 && (cuts[i].offset <= previous || cuts[i].end() <= covered)) {
      return name + "no progress";
    }
    if (cuts[i].offset > covered && !is_blank(page.substr(covered, cuts[i].offset - covered))) {
      return name + "leaves text out before it";
    }
    if (cuts[i].offset < covered &&
        counter.count(page.substr(cuts[i].offset, covered - cuts[i].offset)) >
            settings.overlap_tokens) {
      return name + "overlaps too much";
    }
    previous = cuts[i].offset;
    covered = cuts[i].end();
  }
  return is_blank(page.substr(covered)) ? "" : "text left out at the end";
}

}  // namespace chunker::test
