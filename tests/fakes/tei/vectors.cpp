#include "fakes/tei/vectors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace sluice::fakes {
namespace {

constexpr float kWholeText = 0.05F;  // keeps texts of the same words in another order apart

std::uint64_t hash(std::string_view bytes) {
  std::uint64_t h = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : bytes) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    h = (h ^ static_cast<unsigned char>(is_capital ? c - 'A' + 'a' : c)) * 0x100000001B3U;
  }
  h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDU;  // MurmurHash3's finisher
  h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53U;
  return h ^ (h >> 33);
}

void add(std::uint64_t feature, float weight, std::span<float> out) {
  out[(feature >> 1) % out.size()] += (feature & 1) != 0 ? -weight : weight;
}

void make_unit(std::span<float> vector) {
  double squares = 0;
  for (const float x : vector) squares += double{x} * double{x};
  if (squares == 0) {
    vector[0] = 1;
    return;
  }
  for (float& x : vector) x = static_cast<float>(x / std::sqrt(squares));
}

}  // namespace

std::vector<float> vector_of(std::string_view text, std::span<const Token> tokens,
                             const VectorShape& shape) {
  std::vector<float> out(shape.model_dimension);
  for (const Token& token : tokens) {
    add(hash(text.substr(token.start, token.stop - token.start)), 1, out);
  }
  const std::size_t end = tokens.empty() ? 0 : tokens.back().stop;
  add(hash(text.substr(0, end)), kWholeText, out);
  out.resize(shape.dimension);
  if (shape.length == Length::kUnit) make_unit(out);
  return out;
}

void write_json(std::span<const float> vector, std::string& out) {
  std::array<char, 32> digits{};  // the longest float32 has 15 characters
  char mark = '[';
  for (const float x : vector) {
    out += mark;
    mark = ',';
    if (std::isfinite(x)) {
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr;
      out.append(digits.data(), end);
    } else {
      out += "null";
    }
  }
  out += vector.empty() ? "[]" : "]";
}

std::string base64(std::span<const float> vector) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<unsigned char> bytes;
  for (const float x : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<unsigned char>(bits >> shift));
    }
  }
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = (group << 8) | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kLetters[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace sluice::fakes
