#include "fakes/server/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace sluice::fakes {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Signed = std::unique_ptr<X509, decltype(&X509_free)>;
using Extension = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kHour = 3600;  // seconds

void require(bool is_done, const char* what) {
  if (!is_done) throw std::runtime_error(std::string("The test certificate: cannot ") + what + ".");
}

Signed sign(EVP_PKEY* key, const std::string& subject) {
  Signed made(X509_new(), &X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kHour);  // clocks differ
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 24 * kHour);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("fake"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  const Extension names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject.c_str()),
      &X509_EXTENSION_free);
  require(names != nullptr, "name its subject");
  X509_add_ext(made.get(), names.get(), -1);
  require(X509_sign(made.get(), key, EVP_sha256()) > 0, "be signed");
  return made;
}

}  // namespace

Certificate::Certificate(const std::string& subject) {
  std::string pattern = (std::filesystem::temp_directory_path() / "sluice-fake-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), pattern);
  }
  folder_ = pattern;
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  require(key != nullptr, "make a key");
  const Signed made = sign(key.get(), subject);
  const File key_out(std::fopen(key_file().c_str(), "w"), &std::fclose);
  require(key_out && PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1,
          "write its key");
  const File out(std::fopen(certificate_file().c_str(), "w"), &std::fclose);
  require(out && PEM_write_X509(out.get(), made.get()) == 1, "be written");
}

Certificate::~Certificate() {
  std::error_code ignored;  // a folder left in /tmp is no reason to end a test
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace sluice::fakes
