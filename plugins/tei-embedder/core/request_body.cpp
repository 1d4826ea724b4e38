#include "core/request_body.hpp"

#include "common/json/json_writer.hpp"

#include <cstddef>

namespace tei {
namespace {

using plugin_common::append_escaped;
using plugin_common::append_text;

void append_options(const BodyForm& form, std::string& out) {
  if (form.wire == Wire::kOpenAi) {
    out += R"(],"encoding_format":"base64"})";
    return;
  }
  out += form.truncate == Truncate::kYes ? R"(],"truncate":true)" : R"(],"truncate":false)";
  out += form.normalize == Normalize::kYes ? R"(,"normalize":true)" : R"(,"normalize":false)";
  if (!form.prompt_name.empty()) {
    out += R"(,"prompt_name":)";
    append_text(out, form.prompt_name);
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
    append_escaped(out, form.prompt);
    append_escaped(out, texts[i]);
    out += '"';
  }
  append_options(form, out);
  return out;
}

}  // namespace tei
