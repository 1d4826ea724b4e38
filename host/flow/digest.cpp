// SHA-256 through OpenSSL.
#include "flow/digest.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>

namespace sluice::flow {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::bad_alloc{};
  }
  // The length goes in front, so that no two lists of texts feed the same bytes.
  void add(std::string_view text) {
    const uint64_t size = text.size();
    EVP_DigestUpdate(context_.get(), &size, sizeof size);
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
  }
  Digest finish() {
    Digest digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

Digest digest_of(const data::Record& document, std::string_view fingerprint) {
  Sha256 sha;
  sha.add(fingerprint);
  sha.add(trimmed(document.text));
  for (const char* key : {"title", "description", "language", "country"}) {
    const auto* value = document.meta(key);
    sha.add(value ? std::string_view(value->text) : std::string_view{});
  }
  return sha.finish();
}

std::string fingerprint_of(std::string_view text) {
  Sha256 sha;
  sha.add(text);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : sha.finish()) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0xFU];
  }
  return hex;
}

}  // namespace sluice::flow
