// Whether a certificate and its key can be used, asked without a server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::net {

struct TlsFault {
  enum class File : uint8_t { kCertificate, kKey } file;
  std::string what;  // `"/etc/tls.key" cannot be used (Permission denied); give …`
};

// Of PEM files; empty: they can be used together.
std::vector<TlsFault> tls_faults(const std::string& certificate, const std::string& key);

}  // namespace sluice::net
