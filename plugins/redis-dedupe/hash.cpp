#include "hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace redis_dedupe {
namespace {

std::string hash(std::string_view text, const EVP_MD* method) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, method, nullptr) != 1)
    throw std::bad_alloc{};
  return hex({bytes.data(), size});
}

}  // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

std::string sha1_hex(std::string_view text) { return hash(text, EVP_sha1()); }
std::string sha256_hex(std::string_view text) { return hash(text, EVP_sha256()); }

}  // namespace redis_dedupe
