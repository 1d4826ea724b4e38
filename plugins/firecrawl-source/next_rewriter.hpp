// NextRewriter: leads the `next` of an answer back to this host while the answer passes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firecrawl {

// Finds `"next":"<scheme>://<host><path>?` wherever it stands, also across parts, and puts `base`
// (scheme and host) in place of Firecrawl's own. Holds back only what may still become that: less
// than 300 bytes and the path. One thread; for one answer.
class NextRewriter {
 public:
  // `path` is the one that was asked for. With an empty base nothing is changed.
  NextRewriter(std::string path, std::string base);

  // Appends to `out` what of the answer so far is decided.
  void put(std::string_view part, std::string& out);
  // The answer has ended: appends what was held back.
  void end(std::string& out);

 private:
  enum class Stage { kKey, kScheme, kHost, kPath };

  bool takes(char next);
  void miss(std::string& out);
  bool is_found() const;

  const std::string path_;
  const std::string base_;
  std::string held_;           // what matches so far, from the key's first quote on
  Stage stage_ = Stage::kKey;  // what the next byte has to belong to
  std::size_t matched_ = 0;    // bytes of that stage in `held_`
};

}  // namespace firecrawl
