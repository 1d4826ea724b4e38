#include "app/markdown_pages.hpp"

#include "app/client_url.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

// What RFC 3986 lets stand in a path as it is, beside letters and digits.
std::string encoded(const std::string& segment) {
  return percent_encoded(segment, "-._~!$&'()*+,;=:@");
}

bool is_hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

// Takes the next line, without its end, off the front of `rest`.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                         text.front() == text.back();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// `key: value` lines at the left margin; anything more of YAML is passed over.
void take_front_matter(std::string_view matter, MarkdownPage& page) {
  while (!matter.empty()) {
    const std::string_view line = take_line(matter);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = unquoted(trimmed(line.substr(colon + 1)));
    if (value.empty()) continue;
    if (key == "title") page.title = value;
    if (key == "description") page.description = value;
    if (key == "language" || key == "lang") page.language = value;
  }
}

std::string_view without_front_matter(std::string_view content, MarkdownPage& page) {
  std::string_view rest = content;
  if (take_line(rest) != "---") return content;
  const std::string_view matter = rest;
  while (!rest.empty()) {
    const std::size_t before = rest.size();
    if (take_line(rest) == "---") {
      take_front_matter(matter.substr(0, matter.size() - before), page);
      return rest;
    }
  }
  return content;  // a page that begins with a rule
}

// "## Title ##" as "Title"; nothing for a line that is no heading.
std::string_view atx_heading(std::string_view line) {
  const std::size_t level = line.find_first_not_of('#');
  if (level == 0 || level == line.npos || level > 6) return {};
  if (line[level] != ' ' && line[level] != '\t') return {};
  std::string_view text = trimmed(line.substr(level));
  const std::size_t last = text.find_last_not_of('#');
  if (last == text.npos) return {};
  if (last + 1 < text.size() && (text[last] == ' ' || text[last] == '\t')) {
    text = trimmed(text.substr(0, last));
  }
  return text;
}

bool is_underline(std::string_view line) {
  const std::string_view marks = trimmed(line);
  return !marks.empty() && (marks.find_first_not_of('=') == marks.npos ||
                            (marks.size() >= 2 && marks.find_first_not_of('-') == marks.npos));
}

std::string_view fence_of(std::string_view line) {
  for (const char mark : {'`', '~'}) {
    const std::size_t length = std::min(line.find_first_not_of(mark), line.size());
    if (length >= 3) return line.substr(0, length);
  }
  return {};
}

std::string first_heading(std::string_view text) {
  std::string_view fence;     // the one that is open
  std::string_view previous;  // the line above, for a heading that is underlined
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    const std::string_view mark = fence_of(line);
    if (!fence.empty()) {
      if (mark.starts_with(fence) && mark.size() == line.size()) fence = {};
      continue;
    }
    if (!mark.empty()) {
      fence = mark;
      previous = {};
      continue;
    }
    if (const std::string_view heading = atx_heading(line); !heading.empty()) {
      return std::string(heading);
    }
    if (!previous.empty() && is_underline(line)) return std::string(previous);
    previous = is_underline(line) ? std::string_view() : line;
  }
  return {};
}

}  // namespace

bool is_markdown(const fs::path& file) {
  const std::string ending = lower(file.extension().string());
  return ending == ".md" || ending == ".mdx";
}

std::string url_of_file(const std::string& site, const fs::path& relative) {
  std::string url = site.ends_with('/') ? site : site + "/";
  for (const fs::path& folder : relative.parent_path()) url += encoded(folder.string()) + "/";
  const std::string name = relative.stem().string();
  const std::string plain = lower(name);
  if (plain != "index" && plain != "readme") url += encoded(name);
  return url;
}

Result<std::vector<MarkdownFile>> markdown_under(const fs::path& folder, const std::string& site) {
  std::vector<MarkdownFile> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  const fs::recursive_directory_iterator end;
  while (!error && at != end) {
    if (is_hidden(at->path())) {
      if (at->is_directory(error)) at.disable_recursion_pending();
    } else if (is_markdown(at->path()) && at->is_regular_file(error)) {
      const fs::path relative = at->path().lexically_relative(folder);
      files.push_back({at->path(), url_of_file(site, relative)});
    }
    error.clear();  // of one entry that has gone meanwhile
    at.increment(error);
  }
  if (error) return Error{Fault::kIo, folder.string() + " cannot be read: " + error.message()};
  std::sort(files.begin(), files.end(), [](const MarkdownFile& left, const MarkdownFile& right) {
    return left.file < right.file;
  });
  return files;
}

MarkdownPage read_markdown(std::string_view content) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  MarkdownPage page;
  page.text = without_front_matter(content, page);
  if (page.title.empty()) page.title = first_heading(page.text);
  return page;
}

}  // namespace sluice::app
