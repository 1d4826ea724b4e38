#include "core/base64.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tei {

static_assert(std::endian::native == std::endian::little, "vectors are copied as they come");

namespace {

constexpr std::uint32_t kWrong = 0x80'00'00'00;  // above the 24 bits of a group
using Table = std::array<std::uint32_t, 256>;

// The six bits of a character, already where they belong in a group of four.
constexpr Table table_for(unsigned place) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Table table{};
  table.fill(kWrong);
  for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = i << (18 - 6 * place);
  }
  return table;
}
constexpr std::array<Table, 4> kTables = {table_for(0), table_for(1), table_for(2), table_for(3)};

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

std::uint32_t bits_at(const char* from, std::size_t place) {
  return kTables[place][static_cast<unsigned char>(from[place])];
}

// The last one to three characters of a text.
bool decode_tail(std::string_view text, unsigned char* out) {
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) group |= bits_at(text.data(), i);
  if ((group & kWrong) != 0) return false;
  if (text.size() > 1) out[0] = static_cast<unsigned char>(group >> 16);
  if (text.size() > 2) out[1] = static_cast<unsigned char>(group >> 8);
  return true;
}

}  // namespace

std::size_t base64_floats(std::string_view text) {
  const std::size_t characters = without_padding(text).size();
  const std::size_t bytes = characters / 4 * 3 + (characters % 4) * 3 / 4;
  const bool is_whole = characters % 4 != 1 && bytes % sizeof(float) == 0;
  return is_whole ? bytes / sizeof(float) : SIZE_MAX;
}

bool decode_base64(std::string_view text, std::span<float> out) {
  text = without_padding(text);
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  std::uint32_t seen = 0;
  const char* from = text.data();
  for (std::size_t left = text.size() / 4; left > 0; --left, from += 4, to += 3) {
    const std::uint32_t group =
        bits_at(from, 0) | bits_at(from, 1) | bits_at(from, 2) | bits_at(from, 3);
    seen |= group;
    to[0] = static_cast<unsigned char>(group >> 16);
    to[1] = static_cast<unsigned char>(group >> 8);
    to[2] = static_cast<unsigned char>(group);
  }
  return (seen & kWrong) == 0 && decode_tail(text.substr(text.size() / 4 * 4), to);
}

}  // namespace tei
