// TLS both ways, with a certificate made here.
#include "net/client.hpp"
#include "running_server.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace sluice::net {
namespace {

using namespace test;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

// A folder with a key and a certificate that signs itself, for 127.0.0.1 or another name.
class TlsFiles {
 public:
  explicit TlsFiles(const char* subject) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-tls-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const Certificate made(X509_new(), &X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("sluice test"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_EXTENSION* const names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject);
    X509_add_ext(made.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(made.get(), key.get(), EVP_sha256());
    const File key_file(std::fopen(this->key().c_str(), "w"), &std::fclose);
    PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const File certificate_file(std::fopen(certificate().c_str(), "w"), &std::fclose);
    PEM_write_X509(certificate_file.get(), made.get());
  }
  ~TlsFiles() { std::filesystem::remove_all(folder_); }
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  std::string key() const { return folder_ / "key.pem"; }
  std::string certificate() const { return folder_ / "certificate.pem"; }
  ServerOptions options() const {
    ServerOptions options;
    options.tls_certificate = certificate();
    options.tls_key = key();
    return options;
  }

 private:
  std::filesystem::path folder_;
};

std::string https(const RunningServer& server, const std::string& target) {
  return "https://127.0.0.1:" + std::to_string(server.port()) + target;
}

TEST(Tls, GoesRoundWithBigBodiesAndKeepAlive) {
  const TlsFiles files("IP:127.0.0.1");
  RunningServer server(files.options());
  server.echo("POST", "/echo");
  server.start();
  Client client(server.loop, {.authorities = files.certificate()});
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{3} << 20}) {
    const std::string body(size, 'x');
    const auto answer =
        client.fetch({.method = "POST", .url = https(server, "/echo"), .body = body});
    EXPECT_EQ(answer.transport, Transport::kOk) << answer.detail;
    EXPECT_TRUE(answer.body == body);
  }
}

TEST(Tls, RefusesCertificatesItDoesNotTrustOrOfOthers) {
  const TlsFiles files("IP:127.0.0.1");
  const TlsFiles others("DNS:elsewhere.example");
  RunningServer server(files.options());
  RunningServer impostor(others.options());
  server.start();
  impostor.start();
  Client stranger(server.loop, {.authorities = others.certificate()});
  const auto untrusted = stranger.fetch({.url = https(server, "/")});
  EXPECT_EQ(untrusted.transport, Transport::kTls);
  EXPECT_TRUE(has(untrusted.detail, "The TLS handshake with https://127.0.0.1:"))
      << untrusted.detail;
  EXPECT_EQ(stranger.fetch({.url = https(impostor, "/")}).transport, Transport::kTls);
}

TEST(Tls, PlainClientsGetNothingAndHarmNobody) {
  const TlsFiles files("IP:127.0.0.1");
  RunningServer server(files.options());
  server.echo("GET", "/a");
  server.start();
  EXPECT_FALSE(has(server.tell(get("/a")), "200"));
  Client client(server.loop, {.authorities = files.certificate()});
  EXPECT_EQ(client.fetch({.url = https(server, "/a")}).status, 200U);
}

TEST(Tls, RefusesRequestsTooLargeWithAnAnswer) {
  const TlsFiles files("IP:127.0.0.1");
  auto options = files.options();
  options.max_body = 1000;
  RunningServer server(options);
  server.echo("POST", "/a");
  server.start();
  Client client(server.loop, {.authorities = files.certificate()});
  const auto answer = client.fetch(
      {.method = "POST", .url = https(server, "/a"), .body = std::string(200'000, 'x')});
  EXPECT_EQ(answer.status, 413U) << answer.detail;
}

TEST(Tls, NeedsBothFilesAndReadableOnes) {
  const TlsFiles files("IP:127.0.0.1");
  EventLoop loop(1);
  Router router;
  WorkerPool workers("test", 1);
  const auto start = [&](const std::string& certificate, const std::string& key) {
    Server server(loop, {.listen = "127.0.0.1:0", .tls_certificate = certificate, .tls_key = key},
                  router, workers);
    return server.start();
  };
  EXPECT_EQ(start(files.certificate(), "").error().message,
            "TLS needs both a certificate and a key; only one of them is set.");
  EXPECT_FALSE(start("/nowhere", files.key()).ok());
  EXPECT_FALSE(start(files.certificate(), files.certificate()).ok());
  EXPECT_TRUE(start(files.certificate(), files.key()).ok());
}

TEST(Tls, ClientWithoutAuthoritiesSaysSoForHttpsOnly) {
  RunningServer server;
  server.echo("GET", "/a");
  server.start();
  Client client(server.loop, {.authorities = "/nowhere.pem"});
  EXPECT_EQ(client.fetch({.url = server.url("/a")}).status, 200U);
  const auto answer = client.fetch({.url = https(server, "/a")});
  EXPECT_EQ(answer.transport, Transport::kTls);
  EXPECT_TRUE(has(answer.detail, "\"/nowhere.pem\" cannot be used")) << answer.detail;
}

}  // namespace
}  // namespace sluice::net
