// Markdown files as the pages of a site: which files, at which URL, under which title.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::app {

struct MarkdownFile {
  std::filesystem::path file;
  std::string url;
};

// Files that are read: *.md and *.mdx.
bool is_markdown(const std::filesystem::path& file);

// What a file of a site is called on it: `site`, then the path without its ending, percent-encoded.
// README and index stand for their folder. `relative` uses slashes.
std::string url_of_file(const std::string& site, const std::filesystem::path& relative);

// The Markdown under a folder, at any depth, sorted by path. Folders and files whose name begins
// with a dot are passed over, and links to folders are not followed.
Result<std::vector<MarkdownFile>> markdown_under(const std::filesystem::path& folder,
                                                 const std::string& site);

// What a page says about itself. Its front matter (between two lines of ---) is not part of its
// text.
struct MarkdownPage {
  std::string_view text;  // into what was read
  std::string title;      // of the front matter, else the first heading; may be empty
  std::optional<std::string> description;
  std::optional<std::string> language;
};

MarkdownPage read_markdown(std::string_view content);

}  // namespace sluice::app
