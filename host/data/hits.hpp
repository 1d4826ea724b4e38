// sluice_hits: where a search provider puts what it found.
#pragma once

#include <sluice/abi/roles.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Filled by one provider, on the thread of its search call; then read by the host.
struct sluice_hits {
  struct Hit {
    std::string id;  // of the chunk
    std::string document_id;
    std::string text;
    std::string snippet;
    std::string metadata;  // one JSON object
    float score = 0;
  };
  std::vector<Hit> hits;  // best first
  std::optional<uint64_t> total;
  bool total_is_exact = true;
};

namespace sluice::data {
using Hits = sluice_hits;
const sluice_hits_api& hits_table();
}  // namespace sluice::data
