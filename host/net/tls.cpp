// What certificates and protocol versions we use.
#include "net/tls.hpp"

#include "net/certificate.hpp"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice::net {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

std::string unusable(const std::string& path, const std::string& why) {
  return "\"" + path + "\" cannot be used (" + why + "); give a readable PEM file";
}

// Why the system does not let us read the file, which OpenSSL keeps to itself; empty: it does.
std::string unreadable(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char first = 0;
  const bool is_readable = file >= 0 && ::read(file, &first, 1) >= 0;
  const int code = errno;
  if (file >= 0) ::close(file);
  return is_readable ? std::string() : std::generic_category().message(code);
}

// Takes both into the context; what is wrong with them otherwise.
std::vector<TlsFault> load(ssl::context& context, const std::string& certificate,
                           const std::string& key) {
  using File = TlsFault::File;
  std::vector<TlsFault> faults;
  const auto take = [&](File file, const std::string& path, const auto& use) {
    std::string why = unreadable(path);
    error_code failure;
    if (why.empty()) use(failure);
    if (failure) why = failure.message();
    if (!why.empty()) faults.push_back({file, unusable(path, why)});
  };
  // The key first: one that is read after a certificate it does not belong to is "unusable".
  take(File::kKey, key,
       [&](error_code& failure) { context.use_private_key_file(key, ssl::context::pem, failure); });
  take(File::kCertificate, certificate,
       [&](error_code& failure) { context.use_certificate_chain_file(certificate, failure); });
  if (faults.empty() && SSL_CTX_check_private_key(context.native_handle()) != 1) {
    faults.push_back({File::kKey, "\"" + key + "\" does not belong to the certificate \"" +
                                      certificate + "\"; give the two that were made together"});
  }
  return faults;
}

}  // namespace

Result<TlsContext> make_server_tls(const std::string& certificate, const std::string& key) {
  if (certificate.empty() || key.empty()) {
    return Error{Fault::kConfig,
                 "TLS needs both a certificate and a key; only one of them is set."};
  }
  auto context = make_context(ssl::context::tls_server);
  const auto faults = load(*context, certificate, key);
  if (faults.empty()) return context;
  const bool is_key = faults.front().file == TlsFault::File::kKey;
  return Error{Fault::kConfig, std::string("The TLS ") + (is_key ? "key " : "certificate ") +
                                   faults.front().what + "."};
}

std::vector<TlsFault> tls_faults(const std::string& certificate, const std::string& key) {
  return load(*make_context(ssl::context::tls_server), certificate, key);
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
    if (failure) {
      return Error{Fault::kConfig,
                   "The TLS authorities file " + unusable(authorities, failure.message()) + "."};
    }
  }
  context->set_verify_mode(ssl::verify_peer, failure);
  return context;
}

}  // namespace sluice::net
