#include "core/refusal.hpp"

#include "common/json/utf8.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <charconv>

namespace tei {
namespace {

using plugin_common::code_point_length;

constexpr std::size_t kLongestQuote = 200;  // bytes of the server's own words

// Printable, short, and whole code points.
std::string quote(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kLongestQuote) {
    const std::size_t length = std::max<std::size_t>(1, code_point_length(text));
    const bool is_visible =
        static_cast<unsigned char>(text[0]) >= 0x20 && code_point_length(text) > 0;
    if (is_visible) {
      out.append(text.substr(0, length));
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    text.remove_prefix(length);
  }
  return out;
}

// The server's sentence: in JSON under "error" or, from the OpenAI form, "message"; else the text.
std::string words_of(const std::string& body) {
  simdjson::dom::parser parser;
  if (const auto object = parse_object(parser, body)) {
    for (const char* key : {"error", "message"}) {
      std::string_view words;
      if ((*object)[key].get(words) == simdjson::SUCCESS) return quote(words);
    }
  }
  return quote(body);
}

// "batch size 80 > maximum allowed batch size 32": the number at the end.
std::optional<std::size_t> named_limit(std::string_view words) {
  const auto last = words.find_last_not_of("0123456789");
  const std::string_view digits = last == std::string_view::npos ? words : words.substr(last + 1);
  std::size_t limit = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  return read.ec == std::errc{} && limit > 0 ? std::optional(limit) : std::nullopt;
}

std::string answered(const Reply& reply, std::string_view path, const std::string& words) {
  std::string out = "TEI answered " + std::to_string(reply.status) + " to " + std::string(path);
  if (!words.empty()) out += ": " + words;
  return out;
}

Refusal too_large(const Reply& reply, std::string_view path, const std::string& words) {
  Refusal out{Meaning::kTooLarge, answered(reply, path, words)};
  if (words.find("batch size") != std::string::npos) out.most_texts = named_limit(words);
  return out;
}

}  // namespace

Refusal understand(const Reply& reply, std::string_view path) {
  if (reply.loss == Reply::Loss::kStopping) return {Meaning::kStopping, "the host is stopping"};
  if (reply.loss == Reply::Loss::kNoAnswer) {
    return {Meaning::kUnwell, "TEI does not answer: " + quote(reply.body)};
  }
  if (reply.status == 200) return {};
  const std::string words = words_of(reply.body);
  switch (reply.status) {
    case 401:
    case 403:
      return {Meaning::kCredentials, "TEI refuses the api_key with status " +
                                         std::to_string(reply.status) +
                                         "; set api_key to the key that it was started with"};
    case 413:
      return too_large(reply, path, words);
    case 422:
      if (words.find("batch size") != std::string::npos) return too_large(reply, path, words);
      return {Meaning::kBadText, answered(reply, path, words)};
    case 400:
      return {Meaning::kBadText, answered(reply, path, words)};
    case 429:
      return {Meaning::kOverloaded, answered(reply, path, words), {}, reply.retry_after};
    case 408:
    case 424:  // the model failed: out of memory, say
      return {Meaning::kUnwell, answered(reply, path, words), {}, reply.retry_after};
    default:
      break;
  }
  if (reply.status < 500) {
    return {Meaning::kWrongPlace,
            answered(reply, path, words) + "; does url lead to Text Embeddings Inference?"};
  }
  return {Meaning::kUnwell, answered(reply, path, words), {}, reply.retry_after};
}

std::chrono::milliseconds read_retry_after(std::string_view header) {
  constexpr std::chrono::seconds kMost{3600};
  std::int64_t seconds = 0;
  const auto read = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (read.ec != std::errc{} || read.ptr != header.data() + header.size() || seconds < 0) return {};
  return std::min(kMost, std::chrono::seconds(seconds));
}

}  // namespace tei
