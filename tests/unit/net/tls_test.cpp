// TLS both ways, with a certificate made here.
#include "net/client.hpp"
#include "running_server.hpp"
#include "tls_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::net {
namespace {

using namespace test;

ServerOptions options_of(const TlsFiles& files) {
  ServerOptions options;
  options.tls_certificate = files.certificate();
  options.tls_key = files.key();
  return options;
}

std::string https(const RunningServer& server, const std::string& target) {
  return "https://127.0.0.1:" + std::to_string(server.port()) + target;
}

TEST(Tls, GoesRoundWithBigBodiesAndKeepAlive) {
  const TlsFiles files("IP:127.0.0.1");
  RunningServer server(options_of(files));
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
  RunningServer server(options_of(files));
  RunningServer impostor(options_of(others));
  server.start();
  impostor.start();
  Client stranger(server.loop, {.authorities = others.certificate()});
  const auto untrusted = stranger.fetch({.url = https(server, "/")});
  EXPECT_EQ(untrusted.transport, Transport::kTls);
  EXPECT_TRUE(has(untrusted.detail, "The certificate of https://127.0.0.1:")) << untrusted.detail;
  EXPECT_TRUE(has(untrusted.detail, "is not trusted: self-signed certificate")) << untrusted.detail;
  EXPECT_EQ(untrusted.distrust, "self-signed certificate");
  const auto other = stranger.fetch({.url = https(impostor, "/")});
  EXPECT_EQ(other.transport, Transport::kTls);
  EXPECT_FALSE(other.distrust.empty());
}

TEST(Tls, TellsABrokenHandshakeFromACertificate) {
  RunningServer plain;
  plain.start();
  Client client(plain.loop, {});
  const auto answer = client.fetch({.url = https(plain, "/")});
  EXPECT_EQ(answer.transport, Transport::kTls);
  EXPECT_TRUE(has(answer.detail, "The TLS handshake with https://127.0.0.1:")) << answer.detail;
  EXPECT_EQ(answer.distrust, "");
}

TEST(Tls, PlainClientsGetNothingAndHarmNobody) {
  const TlsFiles files("IP:127.0.0.1");
  RunningServer server(options_of(files));
  server.echo("GET", "/a");
  server.start();
  EXPECT_FALSE(has(server.tell(get("/a")), "200"));
  Client client(server.loop, {.authorities = files.certificate()});
  EXPECT_EQ(client.fetch({.url = https(server, "/a")}).status, 200U);
}

TEST(Tls, RefusesRequestsTooLargeWithAnAnswer) {
  const TlsFiles files("IP:127.0.0.1");
  auto options = options_of(files);
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

TEST(Tls, TakesARenewedCertificateForNewConnections) {
  const TlsFiles files("IP:127.0.0.1");
  const TlsFiles renewed("IP:127.0.0.1");
  RunningServer server(options_of(files));
  server.echo("GET", "/a");
  server.start();
  Client before(server.loop, {.authorities = files.certificate()});
  EXPECT_EQ(before.fetch({.url = https(server, "/a")}).status, 200U);

  for (const auto& [from, to] : {std::pair(renewed.certificate(), files.certificate()),
                                 std::pair(renewed.key(), files.key())}) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }
  ASSERT_TRUE(server.server().renew_tls().ok());

  Client after(server.loop, {.authorities = renewed.certificate()});
  EXPECT_EQ(after.fetch({.url = https(server, "/a")}).status, 200U);
  EXPECT_EQ(before.fetch({.url = https(server, "/a")}).status, 200U);  // its connection goes on
}

TEST(Tls, KeepsTheOldCertificateWhenTheNewOneCannotBeUsed) {
  const TlsFiles files("IP:127.0.0.1");
  const TlsFiles others("IP:127.0.0.1");
  RunningServer server(options_of(files));
  server.echo("GET", "/a");
  server.start();
  const auto trusted = std::filesystem::path(files.certificate()).replace_filename("trusted.pem");
  std::filesystem::copy_file(files.certificate(), trusted);
  std::filesystem::copy_file(others.certificate(), files.certificate(),
                             std::filesystem::copy_options::overwrite_existing);

  const auto refused = server.server().renew_tls();

  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message.find(files.key()), std::string("The TLS key \"").size())
      << refused.error().message;
  Client client(server.loop, {.authorities = trusted});
  EXPECT_EQ(client.fetch({.url = https(server, "/a")}).status, 200U);
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
