// A fast 64-bit hash: seeded for tables in memory, plain for noticing damaged files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace bm25 {

__extension__ using Wide = unsigned __int128;

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) {
  constexpr std::uint64_t kOdd1 = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
  constexpr std::uint64_t kOdd2 = 0xD6E8FEB86659FD93u;
  std::uint64_t state = seed ^ (bytes.size() * kOdd2);
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    state = mix(state ^ word, kOdd1);
  }
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    state = mix(state ^ word, kOdd1);
  }
  return mix(state ^ kOdd2, kOdd1);
}

// For tables: different in every process, so that no page can be made of words that collide.
inline std::uint64_t hash_key(std::string_view key, std::uint64_t salt = 0) {
  static const std::uint64_t seed =
      (std::uint64_t{std::random_device()()} << 32) | std::random_device()();
  return hash_bytes(key, seed + salt);
}

}  // namespace bm25
