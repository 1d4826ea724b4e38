// Whatever a service answers, qdrant-sink reads it without harm: as a write, a collection, a count,
// a version, hits and a refusal. The metadata of a hit is a JSON object, and a refusal is a
// sentence.
#include "answers.hpp"
#include "fault.hpp"
#include "server.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void read_hits(const std::string& body) {
  const auto hits = qdrant_sink::group_hits(body);
  if (!hits) return;
  for (const auto& hit : *hits) {
    if (!nlohmann::json::parse(hit.metadata, nullptr, false).is_object()) std::abort();
  }
}

void read_refusals(const std::string& body) {
  const qdrant_sink::Place place{.url = "http://q:6333"};
  for (const unsigned status : {400U, 401U, 403U, 404U, 413U, 422U, 429U, 500U, 507U}) {
    const auto fault = qdrant_sink::fault_of(place, {.status = status, .body = body});
    if (!fault || fault->sentence.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  qdrant_sink::write_status(body);
  qdrant_sink::collection_info(body);
  qdrant_sink::count(body);
  qdrant_sink::version(body);
  read_hits(body);
  read_refusals(body);
  (void)qdrant_sink::place_of(body);
  return 0;
}
