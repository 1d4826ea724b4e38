// What certificates and protocol versions we use.
#include "net/tls.hpp"

#include <openssl/ssl.h>

namespace sluice::net {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

Error unusable(const std::string& what, const std::string& path, const error_code& failure) {
  return {Fault::kConfig, "The TLS " + what + " \"" + path + "\" cannot be used (" +
                              failure.message() + "); give a readable PEM file."};
}

}  // namespace

Result<TlsContext> make_server_tls(const std::string& certificate, const std::string& key) {
  if (certificate.empty() || key.empty()) {
    return Error{Fault::kConfig,
                 "TLS needs both a certificate and a key; only one of them is set."};
  }
  auto context = make_context(ssl::context::tls_server);
  error_code failure;
  context->use_certificate_chain_file(certificate, failure);
  if (failure) return unusable("certificate", certificate, failure);
  context->use_private_key_file(key, ssl::context::pem, failure);
  if (failure) return unusable("key", key, failure);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return Error{Fault::kConfig, "The TLS key \"" + key +
                                     "\" does not belong to the certificate \"" + certificate +
                                     "\"; give the two that were made together."};
  }
  return context;
}

Result<TlsContext> make_client_tls(const std::string& authorities) {
  auto context = make_context(ssl::context::tls_client);
  error_code failure;
  if (authorities.empty()) {
    context->set_default_verify_paths(failure);
    if (failure) {
      return Error{Fault::kConfig, "The system's certificate authorities cannot be read (" +
                                       failure.message() + "); install ca-certificates."};
    }
  } else {
    context->load_verify_file(authorities, failure);
    if (failure) return unusable("authorities file", authorities, failure);
  }
  context->set_verify_mode(ssl::verify_peer, failure);
  return context;
}

}  // namespace sluice::net
