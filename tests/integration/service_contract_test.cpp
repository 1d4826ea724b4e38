// What the plugins send to TEI and Qdrant in a whole life of a pipeline is what those document.
#include "support/service_fault.hpp"

#include "fakes/contract/contract.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace sluice::testing {
namespace {

class ServiceContract : public ServiceFault {
 protected:
  static ServiceOptions remembering() {
    ServiceOptions options = quick_options();
    options.tei.server.keep_requests = 10'000;
    options.qdrant.server.keep_requests = 10'000;
    options.settings.emplace_back("stages.vectors.config.quantization=int8");
    return options;
  }
  ServiceContract() : ServiceFault(remembering()) {}

  // New pages, one that got shorter, searches of each kind with and without a filter.
  void live() {
    service_.host().start();
    send_pages();
    expect_all();
    auto shorter = pages_.front();
    shorter.markdown = "# " + shorter.title + "\n\nNothing more.\n";
    const Crawl again("again");
    ASSERT_EQ(deliver(service_.http(), again.page(shorter)).status, 202U);
    ASSERT_EQ(deliver(service_.http(), again.completed()).status, 200U);
    service_.host().await_crawl("again");
    for (const char* mode : {"semantic", "hybrid"}) {
      nlohmann::json search = {{"query", pages_.back().word}, {"mode", mode}};
      EXPECT_EQ(service_.host().search(search).status, 200U);
      search["filters"] = {{"domain", "example.com"}, {"language", "en"}};
      EXPECT_EQ(service_.host().search(search).status, 200U);
    }
    EXPECT_GT(service_.host().documents(), 0U);
  }
  static void expect_documented(const fakes::HttpServer& server, const fakes::Contract& contract) {
    const auto requests = server.requests();
    EXPECT_GT(requests.size(), 3U);
    for (const auto& request : requests)
      EXPECT_EQ(contract.check(request), fakes::Complaints{}) << request.body.substr(0, 400);
  }
};

TEST_F(ServiceContract, TheRequestsKeepToOurNotes) {
  live();
  const std::filesystem::path fakes = SLUICE_FAKES_FOLDER;
  expect_documented(service_.tei.server(), fakes::Contract::read(fakes / "tei" / "contract.json"));
  expect_documented(service_.qdrant.server(),
                    fakes::Contract::read(fakes / "qdrant" / "contract.json"));
}

TEST_F(ServiceContract, TheRequestsKeepToTheVendorsDocuments) {
  const auto tei = fakes::official_document("tei/openapi.json");
  // The documents are their vendors', not ours to ship. The test above runs everywhere, on what we
  // noted of them.
  if (!tei) GTEST_SKIP() << "set SLUICE_SPECS to a folder with tei/ and qdrant/";
  live();
  expect_documented(service_.tei.server(), *tei);
  expect_documented(service_.qdrant.server(),
                    *fakes::official_document("qdrant/openapi-v1.19.x.json"));
}

}  // namespace
}  // namespace sluice::testing
