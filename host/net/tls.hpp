// TLS contexts. For the .cpp files of this folder, since it brings in Asio.
#pragma once

#include "base/result.hpp"

#include <utility>

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace sluice::net {

// Shared by the pools or shards that make connections from it.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// What a server greets new clients with; replaced as a whole when its certificate is renewed.
struct TlsServer {
  TlsContext context;
};

// PEM files; TLS 1.2 and later.
Result<TlsContext> make_server_tls(const std::string& certificate, const std::string& key);

// Verifies servers against the system's authorities, or those of a PEM file when one is named.
Result<TlsContext> make_client_tls(const std::string& authorities);

}  // namespace sluice::net
