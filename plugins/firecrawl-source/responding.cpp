#include "responding.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace firecrawl {

void respond(sluice::HttpExchange& exchange, const Answer& answer) {
  std::vector<sluice::HttpHeader> headers{{"Content-Type", "application/json"}};
  if (answer.retry_after_seconds > 0) {
    headers.push_back({"Retry-After", std::to_string(answer.retry_after_seconds)});
  }
  exchange.respond(static_cast<std::uint32_t>(answer.status), headers, answer.body);
}

}  // namespace firecrawl
