// Hashes as lower-case hex.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace redis_dedupe {

std::string hex(std::span<const std::uint8_t> bytes);
std::string sha1_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

}  // namespace redis_dedupe
