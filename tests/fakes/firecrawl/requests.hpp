// Reading requests as strictly as the real server does.
#pragma once

#include "fakes/firecrawl/job.hpp"

#include <optional>
#include <string>
#include <variant>

namespace sluice::fakes {

// {"success": false, "error": ...} with more where there is more.
struct ApiError {
  unsigned status = 400;
  std::string error;
  std::string code = {};
};
Answer answer_of(const ApiError& error);

enum class Operation { kScrape, kCrawl, kBatch, kMap };

// The body of a POST, or what is wrong with it.
std::variant<Json, ApiError> read_body(const Request& request, Operation operation,
                                       ApiVersion version);
// Its `webhook`; without a URL when it has none.
std::variant<Webhook, ApiError> read_webhook(const Json& body);

// The value of a key of the query; empty when there is none.
std::string query_value(std::string_view query, std::string_view key);

bool is_uuid(std::string_view text);

}  // namespace sluice::fakes
