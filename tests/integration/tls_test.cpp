// HTTPS: a certificate that is renewed while the host runs.
#include "net/tls_files.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>

namespace sluice::testing {
namespace {

using net::test::TlsFiles;

class Https : public ::testing::Test {
 protected:
  void SetUp() override {
    put(old_);
    host_.set_file({.http = ", tls: {certificate: ./tls.crt, key: ./tls.key}"});
    host_.start();
  }
  void put(const TlsFiles& files) {
    const auto copy = [&](const std::string& from, const char* to) {
      std::filesystem::copy_file(from, host_.folder() / to,
                                 std::filesystem::copy_options::overwrite_existing);
    };
    copy(files.certificate(), "tls.crt");
    copy(files.key(), "tls.key");
  }
  // Whether somebody who trusts only these gets an answer, on a connection of its own.
  bool answers_who_trusts(const TlsFiles& files) {
    net::EventLoop loop(1);
    net::Client client(loop, {.authorities = files.certificate()});
    return client.fetch({.url = host_.http().base_url() + "/health/live"}).status == 200;
  }

  const TlsFiles old_{"IP:127.0.0.1"};
  const TlsFiles renewed_{"IP:127.0.0.1"};
  TestHost host_;
};

TEST_F(Https, AnswersWithItsCertificate) {
  EXPECT_TRUE(host_.http().base_url().starts_with("https://"));
  EXPECT_TRUE(answers_who_trusts(old_));
  EXPECT_FALSE(answers_who_trusts(renewed_));
}

TEST_F(Https, VerbsSayThatItsCertificateIsNotTrusted) {
  const std::string url = host_.http().base_url();
  const auto done = run_sluice({"status", "--url", url});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.err, "sluice: a host answers at " + url +
                          ", but its certificate is not trusted (self-signed certificate); name a "
                          "PEM file with the certificate, or with that of its authority, in "
                          "SSL_CERT_FILE\n");
  setenv("SSL_CERT_FILE", old_.certificate().c_str(), 1);
  const auto trusting = run_sluice({"status", "--url", url});
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(trusting.exit_code, 0) << trusting.err;
}

TEST_F(Https, TakesARenewedCertificateByItself) {
  put(renewed_);
  EXPECT_TRUE(eventually([&] { return answers_who_trusts(renewed_); }));
  EXPECT_FALSE(answers_who_trusts(old_));
}

TEST_F(Https, TakesARenewedCertificateAtOnceWhenTold) {
  put(renewed_);
  host_.process().send(SIGHUP);
  EXPECT_TRUE(eventually([&] { return answers_who_trusts(renewed_); }));
}

TEST_F(Https, KeepsTheOldOneWhenTheNewOneCannotBeUsed) {
  host_.files().write("tls.crt", "no certificate");
  EXPECT_TRUE(eventually([&] {
    return host_.process().err().find("The old certificate stays in use") != std::string::npos;
  }));
  EXPECT_TRUE(answers_who_trusts(old_));
}

}  // namespace
}  // namespace sluice::testing
