// The component through its C face, as a host drives it.
#include "fake_host.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace firecrawl {
namespace {

class FirecrawlComponent : public ::testing::Test {
 protected:
  // Creates and configures; the error's message otherwise.
  std::string configure() {
    const sluice_plugin* plugin = sluice_plugin_entry_v1(SLUICE_ABI_MINOR);
    const sluice_descriptor* descriptor = plugin->descriptors[0];
    sluice_component* made = nullptr;
    sluice_error error = sluice::detail::make_error();
    if (descriptor->create(descriptor, host.raw(), &made, &error) != SLUICE_OK)
      return "not created";
    component = {made, made->destroy};
    const sluice_status status = made->configure(made, host.config(), &error);
    return status == SLUICE_OK ? "" : std::string(error.path) + " " + error.message;
  }

  sluice_status start() { return component->start(component.get(), nullptr); }

  std::string probe() {
    sluice_error error = sluice::detail::make_error();
    return component->probe(component.get(), &error) == SLUICE_OK ? "" : error.message;
  }

  FakeHost host;
  std::unique_ptr<sluice_component, void (*)(sluice_component*)> component{
      nullptr, [](sluice_component*) {}};
};

const std::string kPage =
    R"({"success":true,"type":"crawl.page","id":"c-1","data":[{"markdown":"# Tea\n\nGreen","metadata":{"title":"Tea",)"
    R"("description":"About tea","language":"en","country":"UK","isMobile":true,"url":"https://Tea.test/a?utm_id=1#x",)"
    R"("sourceURL":"https://tea.test","statusCode":200}},{"markdown":"bare","metadata":{"sourceURL":"https://tea.test"}}]})";

TEST_F(FirecrawlComponent, IsASourceWithASchema) {
  const sluice_plugin* plugin = sluice_plugin_entry_v1(SLUICE_ABI_MINOR);
  ASSERT_EQ(plugin->descriptor_count, 1U);
  const sluice_descriptor& d = *plugin->descriptors[0];
  EXPECT_STREQ(d.id, "sluice.firecrawl-source");
  EXPECT_STREQ(d.roles[0], SLUICE_ROLE_SOURCE);
  EXPECT_EQ(d.roles[1], nullptr);
  const std::string schema = d.config_schema;
  for (const char* name : {"webhook_path", "webhook_secret", "min_status", "max_status", "on_gone",
                           "api_url", "api_key", "api_version"}) {
    EXPECT_NE(schema.find("\"" + std::string(name) + "\":{"), std::string::npos) << name;
  }
}

TEST_F(FirecrawlComponent, OpensItsRouteAtTheConfiguredPath) {
  host.settings["/webhook_path"] = "/hooks/fc";
  EXPECT_EQ(configure(), "");
  EXPECT_EQ(host.route, "POST /hooks/fc 3");
}

TEST_F(FirecrawlComponent, RefusesSettingsThatCannotBeUsed) {
  host.settings["/min_status"] = "400";
  EXPECT_EQ(configure(), "/min_status min_status is above max_status, so no page would be indexed");
  host.settings["/min_status"] = "200";
  for (const char* url : {"localhost:3002", "ftp://e.test", "http://", "nonsense"}) {
    host.settings["/api_url"] = url;
    EXPECT_EQ(
        configure(),
        "/api_url api_url is not an http:// or https:// address such as http://localhost:3002")
        << url;
  }
  host.settings["/min_status"] = "400";
  EXPECT_EQ(
      configure(),
      "/min_status min_status is above max_status, so no page would be indexed. Also api_url: "
      "api_url is not an http:// or https:// address such as http://localhost:3002");
}

TEST_F(FirecrawlComponent, NeedsTheLedger) {
  host.offers_crawls = false;
  EXPECT_EQ(configure(), " this host takes no events of crawls (sluice.crawls/1); update the host");
}

TEST_F(FirecrawlComponent, WarnsWhenDeliveriesAreNotSigned) {
  ASSERT_EQ(configure(), "");
  EXPECT_EQ(start(), SLUICE_OK);
  ASSERT_EQ(host.log.size(), 1U);
  EXPECT_EQ(host.log[0], "webhook_secret is not set: whoever can reach the webhook can add pages");
}

TEST_F(FirecrawlComponent, PushesRecordsWithTheAgreedMetadata) {
  ASSERT_EQ(configure(), "");
  const sluice_exchange x = host.post(kPage);
  EXPECT_EQ(x.status, 202U);
  EXPECT_EQ(x.answer_headers.at("Content-Type"), "application/json");
  ASSERT_EQ(host.pushed.size(), 2U);
  const Pushed& page = host.pushed[0];
  EXPECT_EQ(page.id, "https://tea.test/a");
  EXPECT_EQ(page.group, "c-1");
  EXPECT_EQ(page.text, "# Tea\n\nGreen");
  EXPECT_EQ(page.op, uint32_t{SLUICE_UPSERT});
  const std::map<std::string, std::string> expected = {{"url", "https://Tea.test/a?utm_id=1#x"},
                                                       {"canonical_url", "https://tea.test/a"},
                                                       {"domain", "tea.test"},
                                                       {"title", "Tea"},
                                                       {"description", "About tea"},
                                                       {"language", "en"},
                                                       {"country", "UK"},
                                                       {"is_mobile", "true"},
                                                       {"status_code", "200"},
                                                       {"crawl_id", "c-1"},
                                                       {"source", "firecrawl"},
                                                       {"scraped_at", "a time"}};
  EXPECT_EQ(page.meta, expected);
  const std::map<std::string, std::string> least = {
      {"url", "https://tea.test"}, {"canonical_url", "https://tea.test/"},
      {"domain", "tea.test"},      {"is_mobile", "false"},
      {"crawl_id", "c-1"},         {"source", "firecrawl"},
      {"scraped_at", "a time"}};
  EXPECT_EQ(host.pushed[1].meta, least);
  EXPECT_EQ(host.live_records, 0);
  EXPECT_EQ(host.live_buffers, 0);
}

TEST_F(FirecrawlComponent, CountsWhatTheHostDropsAsSkipped) {
  host.known = {"https://tea.test/a", "https://tea.test/"};
  ASSERT_EQ(configure(), "");
  const sluice_exchange x = host.post(kPage);
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.answer, R"({"status":"skipped","queued_jobs":0,"job_ids":[]})");
}

TEST_F(FirecrawlComponent, KeepsNothingOfAnEventThatWasRefused) {
  ASSERT_EQ(configure(), "");
  for (const sluice_status status :
       {SLUICE_E_AGAIN, SLUICE_E_STOPPING, SLUICE_E_RETRY, SLUICE_E_INTERNAL}) {
    host.push_status = status;
    const sluice_exchange x = host.post(kPage);
    EXPECT_EQ(x.status, 503U);
    EXPECT_EQ(x.answer_headers.at("Retry-After"), "5");
    EXPECT_EQ(host.live_records, 0);
    EXPECT_EQ(host.live_buffers, 0);
  }
  EXPECT_TRUE(host.pushed.empty());
}

TEST_F(FirecrawlComponent, WritesTheLedger) {
  host.settings["/on_gone"] = "delete";
  ASSERT_EQ(configure(), "");
  host.post(R"({"type":"crawl.started","id":"c-1","data":[]})");
  host.post(
      R"({"type":"crawl.page","id":"c-1","data":[{"markdown":"x","metadata":{"url":"https://e.test/a","statusCode":404}},)"
      R"({"markdown":"","metadata":{"url":"https://e.test/b"}},{"markdown":"x"}]})");
  host.post(R"({"type":"crawl.completed","id":"c-1","data":[]})");
  host.post(R"({"type":"crawl.cancelled","id":"c-2","data":[]})");
  host.post(R"({"type":"crawl.failed","id":"c-3","data":[]})");
  const std::vector<std::string> expected = {"opened c-1",
                                             "left_out c-1 1 https://e.test/a",
                                             "left_out c-1 2 https://e.test/b",
                                             "left_out c-1 3 ",
                                             "ended c-1 1",
                                             "ended c-2 2",
                                             "ended c-3 3"};
  EXPECT_EQ(host.ledger, expected);
  ASSERT_EQ(host.pushed.size(), 1U);
  EXPECT_EQ(host.pushed[0].op, uint32_t{SLUICE_DELETE});
  EXPECT_EQ(host.pushed[0].id, "https://e.test/a");
  EXPECT_EQ(host.pushed[0].text, "");
}

TEST_F(FirecrawlComponent, ChecksTheSignatureOfTheHeader) {
  host.settings["/webhook_secret"] = "sluice-key-1";
  ASSERT_EQ(configure(), "");
  const std::string body = R"({"success":true,"type":"crawl.started","id":"c-1","data":[]})";
  EXPECT_EQ(host.post(body).status, 401U);
  EXPECT_EQ(host.post(body, "sha256=" + std::string(64, 'a')).status, 401U);
  EXPECT_EQ(host.post(body, "nonsense").status, 400U);
  EXPECT_TRUE(host.ledger.empty());
  EXPECT_EQ(
      host.post(body, "sha256=0006d97468937cdfcd325d5b6666e79b3f91f0d5d7c1e0bd6de70c7c4dc2afa5")
          .status,
      200U);
  EXPECT_EQ(host.ledger.size(), 1U);
}

TEST_F(FirecrawlComponent, TakesNothingInOnceItDrains) {
  ASSERT_EQ(configure(), "");
  EXPECT_EQ(component->drain(component.get(), nullptr), SLUICE_OK);
  const sluice_exchange x = host.post(kPage);
  EXPECT_EQ(x.status, 503U);
  EXPECT_EQ(x.answer, R"({"detail":"The pipeline is stopping; send the event again later."})");
  EXPECT_TRUE(host.pushed.empty());
}

TEST_F(FirecrawlComponent, WaitsInDrainForTheDeliveryBeingAnswered) {
  ASSERT_EQ(configure(), "");
  std::promise<void> entered;
  std::promise<void> let_go;
  host.on_push = [&] {
    entered.set_value();
    let_go.get_future().wait();
  };
  auto answered = std::async(std::launch::async, [&] { return host.post(kPage).status; });
  entered.get_future().wait();
  auto drained =
      std::async(std::launch::async, [&] { return component->drain(component.get(), nullptr); });
  EXPECT_EQ(drained.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  let_go.set_value();
  EXPECT_EQ(answered.get(), 202U);
  EXPECT_EQ(drained.get(), SLUICE_OK);
}

TEST_F(FirecrawlComponent, ProbesFirecrawlWithKeyAndVersion) {
  host.settings["/api_url"] = "http://localhost:3002/";
  host.settings["/api_key"] = "fc-1x";
  ASSERT_EQ(configure(), "");
  for (const uint32_t reachable : {200U, 404U, 500U}) {
    host.client_status = reachable;
    EXPECT_EQ(probe(), "");
  }
  EXPECT_EQ(host.requests.at(0), "GET http://localhost:3002/v2/crawl/active Bearer fc-1x");
  host.client_status = 401;
  EXPECT_EQ(probe(), "Firecrawl refuses the api_key");
  host.client_status = 0;
  EXPECT_EQ(probe(), "Firecrawl does not answer at api_url; is it running?");
}

TEST_F(FirecrawlComponent, HasNothingToProbeWithoutAnAddress) {
  ASSERT_EQ(configure(), "");
  EXPECT_EQ(probe(), "api_url is not set");
  EXPECT_TRUE(host.requests.empty());
}

}  // namespace
}  // namespace firecrawl
