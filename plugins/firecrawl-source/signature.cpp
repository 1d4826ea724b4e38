// HMAC-SHA256 by OpenSSL over the bytes as they came.
#include "signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <climits>
#include <cstddef>
#include <optional>
#include <stdexcept>

namespace firecrawl {
namespace {

constexpr std::size_t kDigestBytes = 32;  // SHA-256
using Digest = std::array<unsigned char, kDigestBytes>;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Digest> parse(std::string_view header) {
  constexpr std::string_view kScheme = "sha256=";
  if (!header.starts_with(kScheme)) return std::nullopt;
  const std::string_view hex = header.substr(kScheme.size());
  if (hex.size() != 2 * kDigestBytes) return std::nullopt;
  Digest digest{};
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return digest;
}

Digest hmac(std::string_view secret, std::string_view body) {
  if (secret.size() > INT_MAX) throw std::length_error("the webhook secret is longer than 2 GiB");
  Digest digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(),
           &size) == nullptr ||
      size != kDigestBytes) {
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
  }
  return digest;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

}  // namespace

SignatureCheck check_signature(std::string_view secret, std::string_view header,
                               std::string_view body) {
  header = trim(header);
  if (header.empty()) return SignatureCheck::kMissing;
  const std::optional<Digest> claimed = parse(header);
  if (!claimed) return SignatureCheck::kMalformed;
  const Digest actual = hmac(secret, body);
  return CRYPTO_memcmp(actual.data(), claimed->data(), kDigestBytes) == 0 ? SignatureCheck::kOk
                                                                          : SignatureCheck::kWrong;
}

std::string sign(std::string_view secret, std::string_view body) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : hmac(secret, body)) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

}  // namespace firecrawl
