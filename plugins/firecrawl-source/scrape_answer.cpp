#include "scrape_answer.hpp"

#include "results.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace firecrawl {
namespace {

using nlohmann::json;

std::string dump(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string iso_time(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  const std::time_t seconds = ms.count() / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%FT%T", &parts);
  return std::string(text.data()) + "." + std::to_string(1000 + ms.count() % 1000).substr(1) + "Z";
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

struct Window {
  std::size_t start;
  std::size_t count;
};

// So many code points from `start` on.
std::string_view code_points(std::string_view text, Window window) {
  const auto is_first_byte = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  };
  std::size_t begin = text.size();
  std::size_t end = text.size();
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_first_byte(text[i])) continue;
    if (seen == window.start) begin = i;
    if (seen == window.start + window.count) {
      end = i;
      break;
    }
    ++seen;
  }
  return text.substr(begin, end - std::min(begin, end));
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

// The JSON object of a reply; none when it is not one.
std::optional<json> object_of(const std::string& body) {
  json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

Answer no_answer(const ScrapeRequest& request, ApiReply::Lack lack) {
  const bool is_page = request.command == ScrapeCommand::kStart && request.urls.empty();
  switch (lack) {
    case ApiReply::Lack::kTimeout:
      if (!is_page) return error_answer(504, "Firecrawl did not answer in time.");
      return error_answer(408, "The page was not scraped within " +
                                   std::to_string(request.timeout.count()) + " ms.");
    case ApiReply::Lack::kTooLarge:
      return error_answer(502, "Firecrawl's answer is larger than this host takes at once.");
    case ApiReply::Lack::kStopping:
      return unavailable_answer("The pipeline is stopping; ask again later.");
    case ApiReply::Lack::kUnreachable:
    case ApiReply::Lack::kNone:
      break;
  }
  return error_answer(502, "Firecrawl cannot be reached at api_url.");
}

}  // namespace

Answer scrape_success(ScrapeCommand command, const json& data) {
  return {
      200,
      dump({{"success", true}, {"command", name_of(command)}, {"data", data}, {"error", nullptr}})};
}

Answer scrape_refusal(ScrapeCommand command, const Refusal& refusal) {
  json error = {{"code", refusal.code}, {"message", refusal.message}, {"url", nullptr}};
  if (!refusal.url.empty()) error["url"] = refusal.url;
  return {200, dump({{"success", false},
                     {"command", name_of(command)},
                     {"data", nullptr},
                     {"error", std::move(error)}})};
}

std::optional<Answer> scrape_trouble(const ScrapeRequest& request, const ApiReply& reply) {
  if (reply.status == 0) return no_answer(request, reply.lack);
  if (reply.status == 401) {
    return error_answer(502, "Firecrawl refuses the api_key of this host.");
  }
  if (reply.status == 408) return no_answer(request, ApiReply::Lack::kTimeout);
  if (reply.status == 504) return error_answer(504, "Firecrawl did not answer in time.");
  const auto body = object_of(reply.body);
  const bool is_gateway = reply.status == 502 || reply.status == 503;
  if (!body || is_gateway) {
    return error_answer(502, "Firecrawl answered HTTP " + std::to_string(reply.status) +
                                 " and nothing that its API would.");
  }
  const auto success = body->find("success");
  const bool says_no = success != body->end() && success->is_boolean() && !success->get<bool>();
  if (reply.status < 400 && !says_no) return std::nullopt;
  std::string code = text_at(*body, "code");
  if (code.empty()) {
    code = reply.status == 429   ? "RATE_LIMITED"
           : reply.status == 404 ? "NOT_FOUND"
           : reply.status == 402 ? "PAYMENT_REQUIRED"
                                 : "SCRAPE_FAILED";
  }
  const std::string message = text_at(*body, "error");
  return scrape_refusal(
      request.command,
      {code, message.empty() ? "Firecrawl gave no reason." : message, request.url});
}

std::optional<json> page_data(const ScrapeRequest& request, const ScrapeCache::Page& page,
                              const PageFacts& facts) {
  const auto answer = object_of(page.answer);
  if (!answer) return std::nullopt;
  const auto found = answer->find("data");
  if (found == answer->end() || !found->is_object()) return std::nullopt;
  const json& document = *found;
  const std::string markdown = text_at(document, "markdown");
  std::string html = text_at(document, "html");
  if (html.empty()) html = text_at(document, "rawHtml");
  const bool is_markdown = request.content == ScrapeRequest::Content::kMarkdown;
  const std::string& whole = is_markdown ? markdown : html;
  const std::string_view shown = code_points(whole, {request.start_index, request.max_chars});

  json data = {{"url", request.url},
               {"source", "firecrawl"},
               {"timestamp", iso_time(page.at)},
               {"cached", facts.age.has_value()}};
  if (facts.age) data["cacheAge"] = facts.age->count();
  if (request.handling != ScrapeRequest::Handling::kSaveOnly) {
    data["content"] = std::string(shown);
    data["contentType"] = is_markdown ? "text/markdown" : "text/html";
    for (const char* key : {"screenshot", "links", "json", "summary", "actions", "images"}) {
      if (const auto more = document.find(key); more != document.end()) data[key] = *more;
    }
  }
  json metadata = {{"rawLength", count_code_points(html.empty() ? markdown : html)},
                   {"cleanedLength", count_code_points(markdown)},
                   {"wasTruncated", shown.size() < whole.size()}};
  if (const auto page_metadata = document.find("metadata"); page_metadata != document.end()) {
    for (const char* key : {"title", "description", "language", "statusCode", "sourceURL", "url"}) {
      const auto value =
          page_metadata->is_object() ? page_metadata->find(key) : page_metadata->end();
      if (page_metadata->is_object() && value != page_metadata->end()) metadata[key] = *value;
    }
  }
  data["metadata"] = std::move(metadata);
  if (!facts.crawl_id.empty()) data["crawl_id"] = facts.crawl_id;
  data["message"] = facts.message;
  return data;
}

std::int64_t page_status(const std::string& answer) {
  const auto documents = parse_scraped(answer);
  return documents.empty() ? 0 : documents.front().status_code.value_or(0);
}

}  // namespace firecrawl
