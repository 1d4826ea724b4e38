#include "forwarding.hpp"

#include "event.hpp"
#include "json_check.hpp"
#include "json_fields.hpp"
#include "targets.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <vector>

namespace firecrawl {
namespace {

constexpr std::size_t kMaxHost = 260;     // a name has up to 253, and there may be a port
constexpr std::size_t kMaxUrls = 10'000;  // of one request, as many as a crawl has by default

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// A path that some server on the way may read as one outside of the API.
bool leaves_api(std::string_view path) {
  const std::string plain = lower(path);
  if (plain.find("%2e") != std::string::npos || plain.find("%2f") != std::string::npos ||
      plain.find("%5c") != std::string::npos || plain.find('\\') != std::string::npos) {
    return true;
  }
  for (std::size_t at = 0; at != std::string::npos; at = plain.find('/', at + 1)) {
    const std::size_t end = plain.find('/', at + 1);
    const std::string_view segment =
        std::string_view(plain).substr(at + 1, end == std::string::npos ? end : end - at - 1);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

// The addresses that a request wants fetched: its `url` and its `urls`. Nothing when the body is
// not a JSON object.
std::optional<std::vector<std::string>> targets_of(std::string_view body) {
  if (check_json(body) != JsonCheck::kOk) return std::nullopt;
  std::vector<std::string> targets;
  try {
    const PaddedBody padded(body, body.size());
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded.view());
    if (document.type() != ondemand::json_type::object) return std::nullopt;
    each_member(document.get_object(), [&](std::string_view key, ondemand::value& value) {
      if (key == "url" && is_string(value)) targets.push_back(text_of(value, Nul::kKeep));
      if (key != "urls" || value.type() != ondemand::json_type::array) return;
      for (ondemand::value item : value.get_array()) {
        if (targets.size() > kMaxUrls) break;
        if (is_string(item)) targets.push_back(text_of(item, Nul::kKeep));
      }
    });
  } catch (const simdjson::simdjson_error& e) {
    if (e.error() == simdjson::MEMALLOC) throw std::bad_alloc{};
    return std::nullopt;  // not UTF-8
  }
  return targets;
}

}  // namespace

std::optional<Answer> refuse_forwarding(const Forwarded& request, bool allows_private) {
  if (leaves_api(request.path)) {
    return error_answer(400, "The path has a segment that could lead out of Firecrawl's API.");
  }
  if (request.body.empty()) return std::nullopt;
  const auto targets = targets_of(request.body);
  if (!targets)
    return error_answer(400, "The body is not a JSON object; Firecrawl's API takes no other.");
  if (targets->size() > kMaxUrls) {
    return error_answer(413, "The request names more than 10000 addresses; send fewer at a time.");
  }
  if (allows_private) return std::nullopt;
  for (const std::string& target : *targets) {
    if (judge_target(target) == Target::kPrivate) {
      return error_answer(403,
                          "An address in the request leads into a private network; "
                          "allow_private_targets of the source would let it pass.");
    }
  }
  return std::nullopt;
}

bool starts_job(const Forwarded& request) {
  if (request.method != "POST") return false;
  const std::string_view tail = request.path.substr(std::min<std::size_t>(3, request.path.size()));
  return tail == "/crawl" || tail == "/batch/scrape";
}

std::string started_job(std::string_view answer) {
  std::string id;
  if (check_json(answer) != JsonCheck::kOk) return id;
  try {
    const PaddedBody padded(answer, answer.size());
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded.view());
    if (document.type() != ondemand::json_type::object) return id;
    each_member(document.get_object(), [&](std::string_view key, ondemand::value& value) {
      if (key == "id") id = id_of(value);
    });
  } catch (const simdjson::simdjson_error& e) {
    if (e.error() == simdjson::MEMALLOC) throw std::bad_alloc{};
    return {};
  }
  return id.size() <= kMaxJobIdBytes ? id : std::string{};
}

std::string base_of(std::string_view host, std::string_view forwarded_proto) {
  const bool is_host =
      !host.empty() && host.size() <= kMaxHost && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == ':' || c == '-' || c == '[' || c == ']';
      });
  if (!is_host) return {};
  return (forwarded_proto == "https" ? "https://" : "http://") + std::string(host);
}

bool is_passed_back(std::string_view name) {
  constexpr std::array<std::string_view, 12> kOfOneConnection = {
      "connection", "content-length",   "date", "keep-alive", "proxy-authenticate",
      "server",     "proxy-connection", "te",   "trailer",    "transfer-encoding",
      "upgrade",    "x-request-id"};
  return std::find(kOfOneConnection.begin(), kOfOneConnection.end(), lower(name)) ==
         kOfOneConnection.end();
}

bool says_json(std::string_view name, std::string_view value) {
  return lower(name) == "content-type" &&
         lower(value.substr(0, value.find(';'))).find("json") != std::string::npos;
}

}  // namespace firecrawl
