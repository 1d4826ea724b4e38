// The C table of sluice.hits/1.
#include "data/hits.hpp"

#include <new>

namespace sluice::data {
namespace {

std::string text(sluice_str s) { return s.size == 0 ? std::string() : std::string(s.data, s.size); }

sluice_status add(sluice_hits* out, const sluice_hit* hit) {
  try {
    out->hits.push_back({text(hit->id), text(hit->document_id), text(hit->text),
                         SLUICE_HAS(hit, snippet) ? text(hit->snippet) : std::string(),
                         text(hit->metadata), hit->score});
    return SLUICE_OK;
  } catch (const std::bad_alloc&) {
    return SLUICE_E_RETRY;
  }
}

void total(sluice_hits* out, uint64_t documents, uint32_t is_exact) {
  out->total = documents;
  out->total_is_exact = is_exact != 0;
}

}  // namespace

const sluice_hits_api& hits_table() {
  static constexpr sluice_hits_api kTable = {sizeof(sluice_hits_api), 0, add, total};
  return kTable;
}

}  // namespace sluice::data
