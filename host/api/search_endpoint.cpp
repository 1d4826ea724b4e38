// POST /api/search
#include "api/api.hpp"
#include "api/json_body.hpp"
#include "base/uuid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::api {
namespace {

constexpr std::size_t kMostQueryCharacters = 1000;
constexpr std::array kTextFilters = {"domain", "language", "country", "crawl_id"};

// The filters of the request as the providers take them: metadata key to a value or a list of
// values.
nlohmann::json read_filters(const nlohmann::json& body, Fields& fields) {
  nlohmann::json out = nlohmann::json::object();
  const auto it = body.find("filters");
  if (it == body.end() || it->is_null()) return out;
  if (!it->is_object()) {
    fields.fail("filters has to be an object");
    return out;
  }
  for (const auto& [key, value] : it->items()) {
    if (value.is_null()) continue;
    const bool is_mobile = key == "isMobile" || key == "is_mobile";
    const bool is_known =
        is_mobile || std::find(kTextFilters.begin(), kTextFilters.end(), key) != kTextFilters.end();
    if (!is_known) {
      fields.fail("filters takes domain, language, country, isMobile and crawl_id");
      return out;
    }
    const auto fits = [&](const nlohmann::json& one) {
      return is_mobile ? one.is_boolean() : one.is_string();
    };
    const bool is_list =
        value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), fits);
    if (!fits(value) && !is_list) {
      fields.fail(is_mobile ? "filters.isMobile has to be true or false"
                            : "filters." + key + " has to be a string or a list of strings");
      return out;
    }
    out[is_mobile ? "is_mobile" : key] = value;
  }
  return out;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::optional<search::Mode> mode_of(const std::string& word) {
  if (word == "hybrid") return search::Mode::kHybrid;
  if (word == "semantic") return search::Mode::kSemantic;
  if (word == "keyword" || word == "bm25") return search::Mode::kKeyword;
  return std::nullopt;
}

search::Query read_query(const nlohmann::json& body, Fields& fields) {
  search::Query query;
  query.text = fields.text("query").value_or("");
  if (is_blank(query.text)) {
    fields.fail("query has to be a string with something in it");
  } else if (code_points(query.text) > kMostQueryCharacters) {
    fields.fail("query is longer than 1000 characters");
  }
  const auto mode = mode_of(fields.text("mode").value_or("hybrid"));
  if (!mode) fields.fail("mode has to be hybrid, semantic, keyword or bm25");
  query.mode = mode.value_or(search::Mode::kHybrid);
  query.limit = static_cast<std::size_t>(fields.integer_in("limit", {1, 100, 10}));
  query.offset = static_cast<std::size_t>(fields.integer_in("offset", {0, 10'000, 0}));
  const auto filters = read_filters(body, fields);
  if (!filters.empty()) query.filter = dump(filters);
  return query;
}

nlohmann::json text_or_null(const nlohmann::json& metadata, const char* key) {
  const auto it = metadata.find(key);
  return it != metadata.end() && it->is_string() ? *it : nlohmann::json(nullptr);
}

nlohmann::json result_of(const search::Found& found) {
  auto metadata = nlohmann::json::parse(found.hit.metadata, nullptr, false);
  if (!metadata.is_object()) metadata = nlohmann::json::object();
  auto url = text_or_null(metadata, "url");
  if (url.is_null()) url = found.hit.document_id;
  nlohmann::json result = {{"id", found.id},
                           {"url", std::move(url)},
                           {"title", text_or_null(metadata, "title")},
                           {"description", text_or_null(metadata, "description")},
                           {"text", found.hit.text},
                           {"score", found.score}};
  if (!found.hit.snippet.empty()) result["snippet"] = found.hit.snippet;
  metadata["chunk_id"] = uuid_of_url(found.hit.id);
  result["metadata"] = std::move(metadata);
  return result;
}

}  // namespace

void Api::search(const net::ExchangePtr& x) {
  const auto body = parse_object(x->request().body);
  if (!body) return x->respond(net::error_response(400, body.error().message));
  Fields fields(*body);
  const search::Query query = read_query(*body, fields);
  if (!fields.fault().empty()) return x->respond(net::error_response(422, fields.fault()));
  const auto answer = parts_.searcher.ask(query);
  if (!answer) {
    const unsigned status = answer.error().fault == Fault::kNotFound ? 422 : 503;
    return x->respond(net::error_response(status, answer.error().message));
  }
  nlohmann::json results = nlohmann::json::array();
  for (const auto& found : answer->results) results.push_back(result_of(found));
  nlohmann::json out = {{"results", std::move(results)},
                        {"total", answer->total},
                        {"total_relation", answer->total_is_exact ? "eq" : "gte"},
                        {"query", query.text},
                        {"mode", fields.text("mode").value_or("hybrid")}};
  for (const auto& [provider, why] : answer->partial) {
    out["partial"].push_back(provider);
    out["partial_reasons"][provider] = why == search::Missing::Why::kLate ? "late" : "failed";
  }
  x->respond(net::json_response(200, dump(out)));
}

}  // namespace sluice::api
