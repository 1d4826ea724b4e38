// Documents by libfyaml, which is known here only. It reports duplicate keys in no way we could use
// and nests without bound in event mode, so YamlTree looks after both.
#include "config/document.hpp"

#include "config/wording.hpp"
#include "config/yaml_tree.hpp"

#include <libfyaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

namespace sluice::config {
namespace {

struct DiagDeleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
struct ParserDeleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};

// Where a byte of `text` is for a reader: lines end in \n, \r or \r\n, columns are code points.
Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  Position at{1, 1};
  std::size_t line_start = before.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool is_break =
        before[i] == '\n' || (before[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n'));
    if (!is_break) continue;
    ++at.line;
    line_start = i + 1;
  }
  at.column += static_cast<unsigned>(count_code_points(before.substr(line_start)));
  return at;
}

std::size_t find_control(std::string_view text) {
  const auto found = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

// What a single-quoted scalar says, given what stands between its quotes: '' is a quote, one line
// break is a space, n of them are n - 1 breaks. Ours because libfyaml 0.7.12 leaks the pieces it
// cuts a line with many '' into.
std::string single_quoted_text(std::string_view raw) {
  constexpr std::string_view kBlank = " \t";
  std::string out;
  while (!raw.empty()) {
    if (raw.starts_with("''")) {
      out += '\'';
      raw.remove_prefix(2);
    } else if (raw.front() != '\n' && raw.front() != '\r') {
      out += raw.front();
      raw.remove_prefix(1);
    } else {
      out.erase(out.find_last_not_of(kBlank) + 1);
      std::size_t breaks = 0;
      const std::size_t end = std::min(raw.find_first_not_of(" \t\r\n"), raw.size());
      for (std::size_t i = 0; i < end; ++i) {
        const bool is_half = raw[i] == '\r' && i + 1 < end && raw[i + 1] == '\n';
        if ((raw[i] == '\n' || raw[i] == '\r') && !is_half) ++breaks;
      }
      raw.remove_prefix(end);
      out += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
    }
  }
  return out;
}

// libfyaml's words in a form that says what to do.
std::string reworded(std::string_view said) {
  const auto has = [&](std::string_view part) { return said.find(part) != std::string_view::npos; };
  if (has("tab ")) return "a tab cannot indent; use spaces";
  if (has("quoted scalar without closing") || has("wrongly indented double-quoted") ||
      has("wrongly indented single-quoted")) {
    return "the quoted text that starts here is not closed, or its next line is not indented";
  }
  if (has("cannot start with")) return std::string(said) + "; put the text in quotes";
  if (has("invalid nested block mapping") || has("invalid multiline plain key")) {
    return "a second \": \" on this line; put the text in quotes, or the key on a line of its own";
  }
  if (has("did not find expected")) return "this does not belong here; check its indentation";
  return std::string(said);
}

// One run of the parser over one text.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file, Position start, Findings& findings)
      : text_(text), start_(start), tree_(file, findings) {}

  std::unique_ptr<Node> run();

 private:
  bool is_clean();
  bool take_event(const fy_event& event, fy_event* handle);
  bool take_document_start(fy_event* handle);
  bool take_scalar(fy_event* handle);
  std::string text_of_scalar(fy_token* token) const;
  Position block_indicator(const fy_mark& mark) const;
  bool take_tag(fy_event* handle, Node::Style& style, bool is_scalar);
  void report_parser(fy_diag* diag);
  YamlTree::Start start_of(fy_event* handle) const;
  Position shifted(Position at) const;
  Position mark_position(const fy_mark& mark) const {
    return shifted({static_cast<unsigned>(mark.line + 1), static_cast<unsigned>(mark.column + 1)});
  }
  std::size_t offset_of(int line, int column) const;

  std::string_view text_;
  Position start_;
  YamlTree tree_;
  int documents_ = 0;
};

Position Reader::shifted(Position at) const {
  if (at.line == 1) at.column += start_.column - 1;
  at.line += start_.line - 1;
  return at;
}

bool Reader::is_clean() {
  const std::size_t broken = find_invalid_utf8(text_);
  if (broken != std::string_view::npos) {
    tree_.report(shifted(position_of(text_, broken)),
                 "the text is not valid UTF-8 here; save the file as UTF-8");
    return false;
  }
  const std::size_t control = find_control(text_);
  if (control != std::string_view::npos) {
    tree_.report(
        shifted(position_of(text_, control)),
        "the control character " + in_quotes(text_.substr(control, 1)) + " is not allowed");
    return false;
  }
  return true;
}

std::unique_ptr<Node> Reader::run() {
  if (!is_clean()) return nullptr;
  fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  diag_config.fp = nullptr;  // nothing is printed: what it finds becomes our findings
  diag_config.level = FYET_ERROR;
  const std::unique_ptr<fy_diag, DiagDeleter> diag(fy_diag_create(&diag_config));
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.search_path = "";
  config.flags = FYPCF_QUIET;
  config.diag = diag.get();
  const std::unique_ptr<fy_parser, ParserDeleter> parser(fy_parser_create(&config));
  if (parser == nullptr || fy_parser_set_string(parser.get(), text_.data(), text_.size()) != 0) {
    tree_.report(start_, "the YAML parser did not start; is memory short?");
    return nullptr;
  }
  bool is_fine = true;
  while (fy_event* event = fy_parser_parse(parser.get())) {
    is_fine = take_event(*event, event);
    fy_parser_event_free(parser.get(), event);
    if (!is_fine) return nullptr;
  }
  if (fy_parser_get_stream_error(parser.get())) {
    report_parser(diag.get());
    return nullptr;
  }
  return tree_.take();
}

bool Reader::take_event(const fy_event& event, fy_event* handle) {
  Node::Style style = Node::Style::kPlain;
  switch (event.type) {
    case FYET_DOCUMENT_START:
      return take_document_start(handle);
    case FYET_MAPPING_START:
      return take_tag(handle, style, false) && tree_.begin(Node::Kind::kMap, start_of(handle));
    case FYET_SEQUENCE_START:
      return take_tag(handle, style, false) && tree_.begin(Node::Kind::kList, start_of(handle));
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
      return tree_.end();
    case FYET_SCALAR:
      return take_scalar(handle);
    case FYET_ALIAS: {
      std::size_t length = 0;
      const char* name = fy_token_get_text(fy_event_get_token(handle), &length);
      Position at = start_of(handle).at.value_or(start_);
      if (at.column > 1) --at.column;  // the mark is behind the '*'
      return tree_.alias(at, std::string(name == nullptr ? "" : name, length));
    }
    default:
      return true;
  }
}

bool Reader::take_document_start(fy_event* handle) {
  if (++documents_ == 1) return true;
  tree_.report(start_of(handle).at.value_or(start_),
               "a second document starts here; a pipeline file holds one");
  return false;
}

// Block text is marked where it begins; what a reader looks for is the | or > above it. Looks at
// the lines between the two only: a file may have very many.
Position Reader::block_indicator(const fy_mark& mark) const {
  const std::size_t indicator = text_.substr(0, mark.input_pos).find_last_of("|>");
  if (indicator == std::string_view::npos) return mark_position(mark);
  const std::size_t line_start = text_.substr(0, indicator).find_last_of("\r\n") + 1;
  const auto between = text_.substr(indicator, mark.input_pos - indicator);
  const auto breaks = std::count(between.begin(), between.end(), '\n');
  Position at{static_cast<unsigned>(mark.line + 1 - breaks), 1};
  at.column +=
      static_cast<unsigned>(count_code_points(text_.substr(line_start, indicator - line_start)));
  return shifted(at);
}

std::string Reader::text_of_scalar(fy_token* token) const {
  if (fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED) {
    const std::size_t start = fy_token_start_mark(token)->input_pos;
    const std::size_t end = fy_token_end_mark(token)->input_pos;
    return single_quoted_text(text_.substr(start, end - start));
  }
  std::size_t length = 0;
  const char* text = fy_token_get_text(token, &length);
  return {text == nullptr ? "" : text, length};
}

bool Reader::take_scalar(fy_event* handle) {
  fy_token* token = fy_event_get_token(handle);
  YamlTree::Start start = start_of(handle);
  if (token == nullptr) return tree_.scalar(start, "", Node::Style::kPlain);
  const fy_scalar_style written = fy_token_scalar_style(token);
  const std::string text = text_of_scalar(token);
  const bool is_quoted = written == FYSS_SINGLE_QUOTED || written == FYSS_DOUBLE_QUOTED;
  if (is_quoted && start.at->column > 1) --start.at->column;  // the mark is behind the quote
  if (written == FYSS_LITERAL || written == FYSS_FOLDED) {
    start.at = block_indicator(*fy_event_start_mark(handle));
  }
  const std::size_t broken = std::min(find_invalid_utf8(text), text.find('\0'));
  if (broken != std::string::npos) {
    tree_.report(start.at.value_or(start_), "an escape in this text makes a NUL or invalid UTF-8");
    return false;
  }
  Node::Style style = written == FYSS_PLAIN ? Node::Style::kPlain : Node::Style::kQuoted;
  return take_tag(handle, style, true) && tree_.scalar(start, text, style);
}

// `!!str` makes text of a scalar; the other core tags only repeat what is there anyway.
bool Reader::take_tag(fy_event* handle, Node::Style& style, bool is_scalar) {
  fy_token* token = fy_event_get_tag_token(handle);
  if (token == nullptr) return true;
  std::size_t length = 0;
  const char* text = fy_token_get_text(token, &length);
  const std::string_view tag(text == nullptr ? "" : text, length);
  if (is_scalar && (tag == "tag:yaml.org,2002:str" || tag == "!")) {
    style = Node::Style::kQuoted;
    return true;
  }
  if (tag == "tag:yaml.org,2002:map" || tag == "tag:yaml.org,2002:seq") return true;
  const fy_mark* mark = fy_token_start_mark(token);
  tree_.report(mark == nullptr ? start_ : mark_position(*mark),
               "the tag " + in_quotes(tag) + " is not supported; leave it out");
  return false;
}

YamlTree::Start Reader::start_of(fy_event* handle) const {
  YamlTree::Start start;
  if (const fy_mark* mark = fy_event_start_mark(handle)) {
    start.at = mark_position(*mark);
    const std::size_t offset = mark->input_pos;
    start.is_flow = offset < text_.size() && (text_[offset] == '[' || text_[offset] == '{') &&
                    fy_event_get_node_style(handle) == FYNS_FLOW;
  }
  const bool has_anchor = handle->type == FYET_SCALAR || handle->type == FYET_MAPPING_START ||
                          handle->type == FYET_SEQUENCE_START;
  if (!has_anchor) return start;
  if (fy_token* anchor = fy_event_get_anchor_token(handle)) {
    std::size_t length = 0;
    const char* name = fy_token_get_text(anchor, &length);
    start.anchor.assign(name == nullptr ? "" : name, length);
  }
  return start;
}

std::size_t Reader::offset_of(int line, int column) const {
  std::size_t offset = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (; line > 0 && offset < text_.size(); --line) {
    offset = std::min(text_.find_first_of("\r\n", offset), text_.size());
    offset += text_.substr(offset, 2) == "\r\n" ? 2 : 1;
  }
  for (; column > 0 && offset < text_.size(); --column) {
    do {
      ++offset;
    } while (offset < text_.size() && (static_cast<std::uint8_t>(text_[offset]) & 0xC0U) == 0x80U);
  }
  return std::min(offset, text_.size());
}

void Reader::report_parser(fy_diag* diag) {
  void* iterator = nullptr;
  const fy_diag_error* error = fy_diag_errors_iterate(diag, &iterator);
  while (error != nullptr && error->type < FYET_ERROR) {
    error = fy_diag_errors_iterate(diag, &iterator);
  }
  if (error == nullptr) {
    tree_.report(start_, "the text is not valid YAML");
    return;
  }
  const std::size_t offset = offset_of(error->line - 1, error->column - 1);  // they count from 1
  const std::string_view said(error->msg == nullptr ? "this is not valid YAML" : error->msg);
  Position at = position_of(text_, offset);
  const auto bracket = tree_.open_bracket();
  if (bracket && text_.find_first_not_of(" \t\r\n", offset) == std::string_view::npos) {
    tree_.report(*bracket, "the bracket that opens here is never closed");
    return;
  }
  if (bracket && offset > 0 && text_.substr(offset - 1, 2) == "${") {
    --at.column;
    tree_.report(shifted(at), "inside [ ] and { } a ${NAME} needs quotes: \"${NAME}\"");
    return;
  }
  const bool is_behind_quote = said.find("quoted scalar without") != std::string_view::npos &&
                               offset > 0 &&
                               (text_[offset - 1] == '"' || text_[offset - 1] == '\'');
  if (is_behind_quote) --at.column;
  tree_.report(shifted(at), reworded(said));
}

}  // namespace

std::unique_ptr<Node> parse_yaml(std::string_view text, const std::string& file, Position start,
                                 Findings& findings) {
  return Reader(text, file, start, findings).run();
}

Document Document::parse(std::string_view text, const std::string& file_name, Findings& findings) {
  Document document(file_name);
  if (text.size() > kMostFileBytes) {
    findings.add({.file = file_name,
                  .at = {},
                  .path = "",
                  .message = "the file is larger than 4 MiB; a pipeline file is never that long"});
    return document;
  }
  const std::size_t errors = findings.errors();
  document.root_ = parse_yaml(text, document.file(), {1, 1}, findings);
  if (document.root_ == nullptr && findings.errors() == errors) {
    findings.add({.file = file_name,
                  .at = {1, 1},
                  .path = "",
                  .message = "the file is empty; it needs \"version\", \"stages\" and \"flow\""});
  }
  return document;
}

Document Document::read(const std::filesystem::path& path, Findings& findings) {
  const auto fail = [&](const std::string& message) {
    findings.add({.file = path.string(), .at = {}, .path = "", .message = message});
    return Document(path.string());
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail("this is a folder; give the path of a pipeline file");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int reason = errno;
    if (reason == ENOENT) return fail("there is no such file; give the path of a pipeline file");
    return fail("the file cannot be read: " + std::generic_category().message(reason));
  }
  // One byte beyond the limit is enough for parse to say so, whatever the file really is.
  std::string text(kMostFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail("the file cannot be read to its end");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse(text, path.string(), findings);
}

const Node* Document::find(std::string_view pointer) const {
  return root_ == nullptr ? nullptr : root_->find(pointer);
}

const std::string& Document::add_file(std::string name) {
  return *files_.emplace_back(std::make_unique<const std::string>(std::move(name)));
}

}  // namespace sluice::config
