#include "point_id.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace qdrant_sink {
namespace {

// 6ba7b811-9dad-11d1-80b4-00c04fd430c8, the namespace for URLs of RFC 4122, appendix C.
constexpr std::string_view kUrlNamespace{
    "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8", 16};
constexpr std::size_t kUuidBytes = 16;

}  // namespace

std::string point_id(std::string_view document_id, std::uint32_t ordinal) {
  std::string name(kUrlNamespace);
  name.append(document_id).append("#").append(std::to_string(ordinal));
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(name.data(), name.size(), hash.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::bad_alloc{};
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0FU) | 0x50U);  // version 5
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3FU) | 0x80U);  // variant of RFC 4122
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[hash[i] >> 4U];
    out += kDigits[hash[i] & 0xFU];
  }
  return out;
}

}  // namespace qdrant_sink
