// Whatever a service answers, tei-embedder reads it without harm: as vectors, as a sample, as /info
// and as a refusal. A row that it calls good is finite throughout.
#include "core/answer_rows.hpp"
#include "core/refusal.hpp"
#include "core/server_info.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kRows = 3;
constexpr std::size_t kDimension = 2;

void read_vectors(std::string body) {
  std::vector<float> vectors(kRows * kDimension, 0);
  std::vector<bool> is_bad(kRows);
  const auto room = [&](std::size_t row) {
    if (row >= kRows) std::abort();
    return std::span(vectors).subspan(row * kDimension, kDimension);
  };
  const tei::AnswerRows rows = tei::read_rows(body, {.rows = kRows, .dimension = kDimension}, room);
  if (!rows.distrust.empty()) return;
  for (const auto& flawed : rows.flawed) is_bad.at(flawed.row) = true;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (!is_bad[i / kDimension] && !std::isfinite(vectors[i])) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  read_vectors(body);
  std::string copy = body;
  tei::read_sample(copy);
  copy = body;
  tei::read_info(copy);
  for (const unsigned status : {400U, 413U, 422U, 429U, 500U}) {
    tei::understand({.status = status, .body = body}, "/embed");
  }
  tei::read_retry_after(body);
  return 0;
}
