// RFC 4122, 4.3: a hash of namespace and name with six bits replaced.
#include "uuid.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace firecrawl {
namespace {

// 6ba7b811-9dad-11d1-80b4-00c04fd430c8, RFC 4122 appendix C
constexpr std::array<unsigned char, 16> kUrlNamespace = {
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

}  // namespace

std::string uuid5_of_url(std::string_view name) {
  std::string input(kUrlNamespace.begin(), kUrlNamespace.end());
  input += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(input.data(), input.size(), hash.data(), nullptr, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-1");
  }
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0FU) | 0x50U);  // version 5
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3FU) | 0x80U);  // the RFC's variant

  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[hash[i] >> 4U];
    out += kHex[hash[i] & 0xFU];
  }
  return out;
}

}  // namespace firecrawl
