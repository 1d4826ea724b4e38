#include "document_reader.hpp"

#include <utility>

namespace firecrawl {
namespace {

// Bounds of what goes into metadata, which every chunk of a page carries to every store.
constexpr std::size_t kMaxTitleBytes = 2048;
constexpr std::size_t kMaxDescriptionBytes = 8192;
constexpr std::size_t kMaxTagBytes = 64;  // a language or a country

// A language tag or country that is too long to be one is left out rather than cut.
std::string tag_of(ondemand::value& value) {
  std::string text = text_of(value);
  return text.size() <= kMaxTagBytes ? std::move(text) : std::string{};
}

void read_metadata(ondemand::object object, Document& out) {
  std::optional<std::int64_t> v0_status;
  each_member(object, [&](std::string_view key, ondemand::value& value) {
    if (key == "url")
      out.url = text_of(value, Nul::kKeep);
    else if (key == "sourceURL")
      out.source_url = text_of(value, Nul::kKeep);
    else if (key == "title")
      out.title = clipped_text_of(value, kMaxTitleBytes);
    else if (key == "description")
      out.description = clipped_text_of(value, kMaxDescriptionBytes);
    else if (key == "language")
      out.language = tag_of(value);
    else if (key == "country")
      out.country = tag_of(value);
    else if (key == "isMobile")
      out.is_mobile = flag_of(value);
    else if (key == "statusCode")
      out.status_code = number_of(value);
    else if (key == "pageStatusCode")
      v0_status = number_of(value);
    else if (key == "error")
      out.target_error = clipped_text_of(value, kMaxErrorBytes);
  });
  if (!out.status_code) out.status_code = v0_status;
}

// Collects one document; `content` may hold another that takes its place (v0).
class DocumentReader {
 public:
  Document read(ondemand::value& value) {
    if (value.type() != ondemand::json_type::object) {
      document_.fault = "the document is not a JSON object";
      return std::move(document_);
    }
    read_members(value.get_object(), Level::kOuter);
    if (document_.url.empty()) document_.url = std::move(outer_url_);
    if (document_.source_url.empty()) document_.source_url = std::move(source_);
    if (document_.title.empty()) document_.title = std::move(outer_title_);
    if (document_.description.empty()) document_.description = std::move(outer_description_);
    if (document_.fault.empty()) {
      document_.markdown = unescaped(markdown_.empty() ? content_ : markdown_);
    }
    return std::move(document_);
  }

  // The document was {}.
  bool was_empty() const { return was_empty_; }

 private:
  enum class Level { kOuter, kNested };

  void read_members(ondemand::object object, Level level) {
    was_empty_ = level == Level::kOuter;
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      was_empty_ = false;
      if (key == "markdown")
        read_markdown(value);
      else if (key == "content")
        read_content(value, level);
      else if (key == "metadata")
        read_metadata_of(value);
      else if (key == "url")
        outer_url_ = text_of(value, Nul::kKeep);
      else if (key == "source")
        source_ = text_of(value, Nul::kKeep);
      else if (key == "title")
        outer_title_ = clipped_text_of(value, kMaxTitleBytes);
      else if (key == "description") {
        outer_description_ = clipped_text_of(value, kMaxDescriptionBytes);
      }
    });
  }

  void read_markdown(ondemand::value& value) {
    if (is_string(value)) {
      markdown_ = raw_string(value);
    } else if (value.type() != ondemand::json_type::null) {
      document_.fault = "the document's markdown is not text";
    }
  }

  void read_content(ondemand::value& value, Level level) {
    if (is_string(value)) {
      content_ = raw_string(value);
    } else if (level == Level::kOuter && value.type() == ondemand::json_type::object) {
      read_members(value.get_object(), Level::kNested);
    }
  }

  void read_metadata_of(ondemand::value& value) {
    if (value.type() == ondemand::json_type::object) read_metadata(value.get_object(), document_);
  }

  Document document_;
  std::string_view markdown_;  // escaped, in the body
  std::string_view content_;   // the same: v0's plain text
  std::string outer_url_;
  std::string source_;
  std::string outer_title_;
  std::string outer_description_;
  bool was_empty_ = false;
};

}  // namespace

bool read_documents(ondemand::value& data, std::vector<Document>& out) {
  out.clear();
  switch (data.type()) {
    case ondemand::json_type::null:
      return true;
    case ondemand::json_type::array:
      for (ondemand::value item : data.get_array()) {
        if (out.size() == kMaxDocuments) return false;
        out.push_back(DocumentReader{}.read(item));
      }
      return true;
    default:
      break;
  }
  DocumentReader reader;
  Document only = reader.read(data);
  if (!reader.was_empty()) out.push_back(std::move(only));
  return true;
}

}  // namespace firecrawl
