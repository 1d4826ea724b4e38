// FeedPages: the pages to send, read one after the other from Markdown files and page JSONL.
#pragma once

#include "app/feed_events.hpp"
#include "app/markdown_pages.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

namespace sluice::app {

// The largest file or line that is read: what a host takes as a body by default.
constexpr std::size_t kLargestPage = std::size_t{64} << 20;

// One line of page JSONL: {"markdown": "...", "metadata": {"url": ...}}. Other keys are dropped.
Result<FeedPage> page_of_line(std::string_view line);

// Owned by the verb; one thread at a time. Holds one page in memory, whatever there is to send.
class FeedPages {
 public:
  // Looks at what `paths` name: folders, Markdown files and *.jsonl. Nothing to send is an Error
  // too.
  static Result<FeedPages> open(const std::vector<std::string>& paths, const std::string& site);

  // How many there are to read; lines of JSONL are counted, not looked at.
  std::uint64_t expected() const { return expected_; }

  // The next page, or what is wrong with it, in a sentence that begins with the file (and line).
  // nullopt: no more.
  std::optional<Result<FeedPage>> next();

 private:
  struct PageLines {
    std::filesystem::path file;
  };
  using Part = std::variant<MarkdownFile, PageLines>;

  Result<void> add(const std::string& path, const std::string& site);
  Result<FeedPage> page_of_file(const MarkdownFile& file);
  std::optional<Result<FeedPage>> next_line(const PageLines& lines);

  std::vector<Part> parts_;
  std::uint64_t expected_ = 0;
  std::size_t at_ = 0;   // the part being read
  std::ifstream lines_;  // of that part, if it is JSONL
  std::uint64_t line_number_ = 0;
  std::unordered_set<std::string>
      urls_;  // of Markdown files: two at one URL would hide one another
};

}  // namespace sluice::app
