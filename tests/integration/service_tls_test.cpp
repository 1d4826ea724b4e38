// Services over TLS: nobody is spoken to whose certificate is not good, and pages wait until it is.
#include "support/service_fault.hpp"

#include "fakes/server/certificate.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <string>

namespace sluice::testing {
namespace {

using fakes::Certificate;

class ServiceTls : public ServiceFault {
 protected:
  static ServiceOptions over_tls() {
    ServiceOptions options = quick_options();
    options.tei.server.security = fakes::Security::kTls;
    options.qdrant.server.security = fakes::Security::kTls;
    return options;
  }
  // The host trusts two certificates: ours, and one for another name.
  ServiceTls() : ServiceFault(over_tls()) {
    for (auto* server : {&service_.tei.server(), &service_.qdrant.server()}) server->present(ours_);
    folder_.write("trusted.pem",
                  read_file(ours_.certificate_file()) + read_file(elsewhere_.certificate_file()));
    setenv("SSL_CERT_FILE", (folder_.path() / "trusted.pem").c_str(), 1);
  }
  ~ServiceTls() override { unsetenv("SSL_CERT_FILE"); }

  void expect_patience(fakes::HttpServer& server, const Certificate& bad,
                       const std::string& stage) {
    server.present(bad);
    service_.host().start();
    send_pages();
    expect_trouble(stage, {"certificate"});
    EXPECT_EQ(service_.points(), 0U);
    server.present(ours_);
    expect_all();
    expect_recovery(stage);
    EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
    // A handshake that the change of certificates cut off may be told apart.
    EXPECT_LE(complaints(stage), 2U) << service_.host().process().err();
  }

  const Certificate ours_{"IP:127.0.0.1"};
  const Certificate elsewhere_{"DNS:elsewhere.example"};
  const Certificate stranger_{"IP:127.0.0.1"};
  TemporaryFolder folder_;
};

TEST_F(ServiceTls, WorksWithGoodCertificates) {
  service_.host().start();
  send_pages();
  expect_all();
}

TEST_F(ServiceTls, TeiThatSignedItsOwnIsNotTrusted) {
  expect_patience(service_.tei.server(), stranger_, "embed");
}

TEST_F(ServiceTls, TeiWithTheNameOfAnotherIsNotTrusted) {
  expect_patience(service_.tei.server(), elsewhere_, "embed");
}

TEST_F(ServiceTls, QdrantThatSignedItsOwnIsNotTrusted) {
  expect_patience(service_.qdrant.server(), stranger_, "vectors");
}

TEST_F(ServiceTls, QdrantWithTheNameOfAnotherIsNotTrusted) {
  expect_patience(service_.qdrant.server(), elsewhere_, "vectors");
}

}  // namespace
}  // namespace sluice::testing
