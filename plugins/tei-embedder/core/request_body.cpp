#include "core/request_body.hpp"

#include "core/utf8.hpp"

#include <array>
#include <cstddef>

namespace tei {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

void append_control(unsigned char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15U];
  }
}

// Runs that need no change are appended whole.
void append_escaped(std::string_view text, std::string& out) {
  std::size_t run = 0;  // where the run begins
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = c < 0x80 ? 1 : code_point_length(text.substr(at));
    const bool is_plain = length > 0 && c >= 0x20 && c != '"' && c != '\\';
    if (is_plain) {
      at += length;
      continue;
    }
    out.append(text.substr(run, at - run));
    if (length == 0) {
      out += kReplacement;
    } else {
      append_control(c, out);
    }
    run = ++at;
  }
  out.append(text.substr(run));
}

void append_string(std::string_view text, std::string& out) {
  out += '"';
  append_escaped(text, out);
  out += '"';
}

void append_options(const BodyForm& form, std::string& out) {
  if (form.wire == Wire::kOpenAi) {
    out += R"(],"encoding_format":"base64"})";
    return;
  }
  out += form.truncate == Truncate::kYes ? R"(],"truncate":true)" : R"(],"truncate":false)";
  out += form.normalize == Normalize::kYes ? R"(,"normalize":true)" : R"(,"normalize":false)";
  if (!form.prompt_name.empty()) {
    out += R"(,"prompt_name":)";
    append_string(form.prompt_name, out);
  }
  out += '}';
}

}  // namespace

std::string_view path_of(Wire wire) { return wire == Wire::kOpenAi ? "/v1/embeddings" : "/embed"; }

std::string write_body(const BodyForm& form, std::span<const std::string_view> texts) {
  constexpr std::size_t kFrame = 100;  // bytes of everything but the texts, about
  std::size_t size = kFrame;
  for (const std::string_view text : texts) {
    size += text.size() + text.size() / 16 + form.prompt.size() +
            3;  // some escapes, two quotes, a comma
  }
  std::string out;
  out.reserve(size);
  out += form.wire == Wire::kOpenAi ? R"({"input":[)" : R"({"inputs":[)";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += i == 0 ? "\"" : ",\"";
    append_escaped(form.prompt, out);
    append_escaped(texts[i], out);
    out += '"';
  }
  append_options(form, out);
  return out;
}

}  // namespace tei
