#include "app/feed_pages.hpp"

#include <string_view>
#include <system_error>
#include <utility>

namespace sluice::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Error unreadable(const std::string& what, const std::string& why) {
  return {Fault::kInvalid, what + ": " + why};
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

// Lines with something in them.
Result<std::uint64_t> count_lines(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Fault::kIo, file.string() + " cannot be opened"};
  std::vector<char> block(std::size_t{1} << 16);
  std::uint64_t lines = 0;
  bool has_text = false;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    for (const char letter :
         std::string_view(block.data(), static_cast<std::size_t>(in.gcount()))) {
      if (letter == '\n') {
        lines += has_text ? 1 : 0;
        has_text = false;
      } else if (letter != ' ' && letter != '\t' && letter != '\r') {
        has_text = true;
      }
    }
  }
  return lines + (has_text ? 1 : 0);
}

enum class LineEnd { kLine, kTooLong, kNoMore };

// As getline, but keeps no more than a page may have; the rest of a longer line is passed over.
LineEnd read_line(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf& bytes = *in.rdbuf();
  bool has_any = false;
  bool is_too_long = false;
  for (int byte = bytes.sbumpc(); byte != std::char_traits<char>::eof(); byte = bytes.sbumpc()) {
    has_any = true;
    if (byte == '\n') break;
    if (line.size() < kLargestPage) {
      line += static_cast<char>(byte);
    } else {
      is_too_long = true;
    }
  }
  if (!has_any) return LineEnd::kNoMore;
  return is_too_long ? LineEnd::kTooLong : LineEnd::kLine;
}

std::string text_in(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// Discarded for what is not JSON. What is nested deeper than a host takes (64 levels) comes back
// without its depths and with `is_too_deep` set: writing it out again would recurse as deep.
json parse_bounded(std::string_view line, bool& is_too_deep) {
  constexpr int kDeepest = 64;
  const auto keep = [&](int depth, json::parse_event_t, json&) {
    is_too_deep = is_too_deep || depth > kDeepest;
    return depth <= kDeepest;
  };
  return json::parse(line, keep, false);
}

}  // namespace

Result<FeedPage> page_of_line(std::string_view line) {
  bool is_too_deep = false;
  json value = parse_bounded(line, is_too_deep);
  if (is_too_deep) return Error{Fault::kInvalid, "this line is nested deeper than 64 levels"};
  if (value.is_discarded()) return Error{Fault::kInvalid, "this line is not JSON"};
  if (!value.is_object()) {
    return Error{Fault::kInvalid, "this line is not an object with \"markdown\" and \"metadata\""};
  }
  FeedPage page;
  if (const auto text = value.find("markdown"); text != value.end() && !text->is_null()) {
    if (!text->is_string()) return Error{Fault::kInvalid, "\"markdown\" is not text"};
    page.markdown = std::move(text->get_ref<std::string&>());
  }
  const auto metadata = value.find("metadata");
  if (metadata == value.end() || !metadata->is_object()) {
    return Error{Fault::kInvalid, "\"metadata\" is missing; it holds the page's \"url\""};
  }
  page.url = text_in(*metadata, "url");
  if (page.url.empty()) page.url = text_in(*metadata, "sourceURL");
  if (page.url.empty()) {
    return Error{Fault::kInvalid, "\"metadata\" has no \"url\" and no \"sourceURL\""};
  }
  page.metadata = std::move(*metadata);
  complete_metadata(page);
  return page;
}

Result<FeedPages> FeedPages::open(const std::vector<std::string>& paths, const std::string& site) {
  FeedPages pages;
  for (const std::string& path : paths) {
    if (auto added = pages.add(path, site); !added) return std::move(added).error();
  }
  if (pages.expected_ == 0) {
    return Error{Fault::kInvalid,
                 "there is no page to send: no *.md, *.mdx or line of *.jsonl in what was named"};
  }
  return pages;
}

Result<void> FeedPages::add(const std::string& path, const std::string& site) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return Error{Fault::kNotFound, path + " does not exist; name folders, *.md or *.jsonl files"};
  }
  if (fs::is_directory(status)) {
    auto files = markdown_under(path, site);
    if (!files) return std::move(files).error();
    expected_ += files->size();
    for (MarkdownFile& file : *files) parts_.emplace_back(std::move(file));
    return {};
  }
  const fs::path file = path;
  if (is_markdown(file)) {
    parts_.emplace_back(MarkdownFile{file, url_of_file(site, file.filename())});
    ++expected_;
    return {};
  }
  if (file.extension() != ".jsonl" || !fs::is_regular_file(status)) {
    return Error{Fault::kInvalid, path + " is neither a folder nor a *.md, *.mdx or *.jsonl file"};
  }
  auto lines = count_lines(file);
  if (!lines) return std::move(lines).error();
  expected_ += *lines;
  parts_.emplace_back(PageLines{file});
  return {};
}

std::optional<Result<FeedPage>> FeedPages::next() {
  while (at_ < parts_.size()) {
    if (const auto* file = std::get_if<MarkdownFile>(&parts_[at_])) {
      ++at_;
      return page_of_file(*file);
    }
    if (auto page = next_line(*std::get_if<PageLines>(&parts_[at_]))) return page;
    ++at_;
  }
  return std::nullopt;
}

Result<FeedPage> FeedPages::page_of_file(const MarkdownFile& file) {
  const std::string name = file.file.string();
  if (!urls_.insert(file.url).second) {
    return unreadable(name, "another file has its URL " + file.url + " already");
  }
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file.file, error);
  if (error) return unreadable(name, "it cannot be read: " + error.message());
  if (size > kLargestPage) return unreadable(name, "it is larger than 64 MiB");
  std::ifstream in(file.file, std::ios::binary);
  std::string content(size, '\0');
  in.read(content.data(), static_cast<std::streamsize>(size));
  if (in.bad() || !in.is_open()) return unreadable(name, "it cannot be read");
  content.resize(static_cast<std::size_t>(in.gcount()));

  const MarkdownPage markdown = read_markdown(content);
  FeedPage page;
  page.url = file.url;
  page.markdown = std::string(markdown.text);
  const std::string title = markdown.title.empty() ? file.file.stem().string() : markdown.title;
  page.metadata["title"] = title;
  if (markdown.description) page.metadata["description"] = *markdown.description;
  if (markdown.language) page.metadata["language"] = *markdown.language;
  complete_metadata(page);
  return page;
}

std::optional<Result<FeedPage>> FeedPages::next_line(const PageLines& lines) {
  if (!lines_.is_open()) {
    lines_.open(lines.file, std::ios::binary);
    line_number_ = 0;
    if (!lines_.is_open()) {
      ++at_;
      return unreadable(lines.file.string(), "it cannot be opened any more");
    }
  }
  std::string line;
  for (;;) {
    const LineEnd end = read_line(lines_, line);
    if (end == LineEnd::kNoMore) break;
    ++line_number_;
    if (end == LineEnd::kLine && is_blank(line)) continue;
    const std::string where = lines.file.string() + ":" + std::to_string(line_number_);
    if (end == LineEnd::kTooLong) return unreadable(where, "this line is longer than 64 MiB");
    auto page = page_of_line(line);
    if (!page) return std::move(page).error().in(where);
    return page;
  }
  lines_.close();
  lines_.clear();
  return std::nullopt;
}

}  // namespace sluice::app
