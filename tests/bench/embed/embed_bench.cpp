// CPU of tei-embedder's share of one batch of 32 chunks and 1024 dimensions: writing the request,
// reading the answer. memcpy of the answer is the floor.
#include "core/answer_rows.hpp"
#include "core/request_body.hpp"

#include <benchmark/benchmark.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kRows = 32;
constexpr std::size_t kDimension = 1024;
constexpr std::size_t kPadding = 64;  // as the plugin's answers have

std::vector<float> unit_like_vector(std::mt19937& random) {
  std::normal_distribution<float> numbers(0, 1.0F / 32);
  std::vector<float> out(kDimension);
  for (float& x : out) x = numbers(random);
  return out;
}

std::string numbers_of(const std::vector<float>& vector) {
  std::string out = "[";
  char digits[32];
  for (const float x : vector) {
    out.append(digits, std::to_chars(digits, digits + sizeof digits, x).ptr) += ',';
  }
  out.back() = ']';
  return out;
}

std::string base64_of(const std::vector<float>& vector) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(vector.size() * sizeof(float) + 3, '\0');
  std::memcpy(bytes.data(), vector.data(), vector.size() * sizeof(float));
  std::string out;
  for (std::size_t i = 0; i < vector.size() * sizeof(float); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | static_cast<unsigned char>(bytes[i + k]);
    }
    for (unsigned k = 0; k < 4; ++k) out += kLetters[group >> (18 - 6 * k) & 63U];
  }
  return out.substr(0, (vector.size() * sizeof(float) * 8 + 5) / 6);
}

std::string native_answer() {
  std::mt19937 random(1);
  std::string out = "[";
  for (std::size_t i = 0; i < kRows; ++i) out += numbers_of(unit_like_vector(random)) + ",";
  out.back() = ']';
  return out;
}

std::string open_ai_answer() {
  std::mt19937 random(1);
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < kRows; ++i) {
    out += R"({"object":"embedding","embedding":")" + base64_of(unit_like_vector(random)) +
           R"(","index":)" + std::to_string(i) + "},";
  }
  out.back() = ']';
  return out + R"(,"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}})";
}

void read_answer(benchmark::State& state, const std::string& answer) {
  std::vector<float> rows(kRows * kDimension);
  std::string body = answer;
  body.reserve(answer.size() + kPadding);
  for (auto _ : state) {
    const auto out = tei::read_rows(
        body, {.rows = kRows, .dimension = kDimension},
        [&](std::size_t row) { return std::span(rows).subspan(row * kDimension, kDimension); });
    if (!out.distrust.empty() || !out.flawed.empty()) state.SkipWithError("not read");
    benchmark::DoNotOptimize(rows.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * answer.size()));
}

void BM_ReadNumbers(benchmark::State& state) { read_answer(state, native_answer()); }
void BM_ReadBase64(benchmark::State& state) { read_answer(state, open_ai_answer()); }

void BM_CopyNumbers(benchmark::State& state) {
  const std::string answer = native_answer();
  std::string to(answer.size(), '\0');
  for (auto _ : state) {
    std::memcpy(to.data(), answer.data(), answer.size());
    benchmark::DoNotOptimize(to.data());
  }
}

void BM_WriteRequest(benchmark::State& state) {
  std::string text;
  while (text.size() < 1500) text += "Words of a chunk with a \"quote\", and a new line.\n";
  const std::vector<std::string_view> texts(kRows, text);
  for (auto _ : state) benchmark::DoNotOptimize(tei::write_body({}, texts));
}

BENCHMARK(BM_ReadNumbers)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ReadBase64)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_CopyNumbers)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_WriteRequest)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
