// pipelines/compose.yaml: the services that the pipelines need, each with a health check, wired by
// names that are there.
#include "config/document.hpp"
#include "config/findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace sluice::config {
namespace {

std::filesystem::path in_pipelines(const std::string& name) {
  return std::filesystem::path(SLUICE_PIPELINE_FOLDER) / name;
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class Compose : public ::testing::Test {
 protected:
  const Node& services() const { return *document_.find("/services"); }
  static std::string text(const Node& service, std::string_view pointer) {
    const Node* const node = service.find(pointer);
    return node == nullptr ? std::string{} : node->text();
  }
  std::string variable(const std::string& service, const std::string& name) const {
    return text(services(), "/" + service + "/environment/" + name);
  }

  Findings findings_;
  Document document_ = Document::read(in_pipelines("compose.yaml"), findings_);
};

TEST_F(Compose, HasTheServicesOfThePipelines) {
  ASSERT_NE(document_.root(), nullptr);
  for (const char* name : {"sluice", "redis", "tei", "qdrant", "firecrawl"}) {
    EXPECT_NE(services().get(name), nullptr) << name;
  }
}

TEST_F(Compose, ChecksTheHealthOfEach) {
  for (const Member& service : services().members()) {
    const Node* const test = service.value->find("/healthcheck/test");
    ASSERT_NE(test, nullptr) << service.key;
    ASSERT_GE(test->items().size(), 2U) << service.key;
    const std::string& kind = test->items().front()->text();
    EXPECT_TRUE(kind == "CMD" || kind == "CMD-SHELL") << service.key;
    EXPECT_FALSE(text(*service.value, "/restart").empty()) << service.key;
  }
}

TEST_F(Compose, NamesOnlyWhatIsThere) {
  const Node& volumes = *document_.find("/volumes");
  for (const Member& service : services().members()) {
    EXPECT_FALSE(text(*service.value, "/image").empty()) << service.key;
    if (const Node* const others = service.value->get("depends_on")) {
      for (const Member& other : others->members()) {
        EXPECT_NE(services().get(other.key), nullptr) << other.key;
        EXPECT_EQ(text(*other.value, "/condition"), "service_healthy") << other.key;
      }
    }
    if (const Node* const mounts = service.value->get("volumes")) {
      for (const auto& mount : mounts->items()) {
        const std::string name = mount->text().substr(0, mount->text().find(':'));
        EXPECT_NE(volumes.member(name), nullptr) << mount->text();
      }
    }
  }
}

// What the pipeline files take from the environment and have a default for this machine alone.
TEST_F(Compose, TellsSluiceWhereTheOthersAre) {
  const std::string pipeline = text_of(in_pipelines("streaming.yaml"));
  const std::regex local(R"(\$\{([A-Z_]+):-[a-z]+://localhost[^}]*\})");
  std::set<std::string> wanted;
  for (auto at = std::sregex_iterator(pipeline.begin(), pipeline.end(), local);
       at != std::sregex_iterator(); ++at) {
    wanted.insert((*at)[1]);
  }
  EXPECT_EQ(wanted, (std::set<std::string>{"FIRECRAWL_URL", "QDRANT_URL", "REDIS_URL", "TEI_URL"}));
  const std::regex address(R"([a-z]+://([a-z-]+):\d+(/\d+)?)");
  for (const std::string& name : wanted) {
    std::smatch parts;
    const std::string url = variable("sluice", name);
    ASSERT_TRUE(std::regex_match(url, parts, address)) << name << " " << url;
    EXPECT_NE(services().get(parts[1].str()), nullptr) << url;
  }
}

TEST_F(Compose, HasFirecrawlTellSluiceWithTheSecretThatItChecks) {
  EXPECT_EQ(variable("firecrawl", "SELF_HOSTED_WEBHOOK_URL"),
            "http://sluice:8080/api/webhook/firecrawl");
  EXPECT_EQ(variable("firecrawl", "SELF_HOSTED_WEBHOOK_HMAC_SECRET"),
            variable("sluice", "FIRECRAWL_WEBHOOK_SECRET"));
  EXPECT_EQ(variable("firecrawl", "ALLOW_LOCAL_WEBHOOKS"), "true");
}

TEST_F(Compose, ShowsNothingToOtherMachines) {
  for (const Member& service : services().members()) {
    const Node* const ports = service.value->get("ports");
    if (ports == nullptr) continue;
    for (const auto& port : ports->items()) EXPECT_TRUE(port->text().starts_with("127.0.0.1:"));
  }
  EXPECT_TRUE(variable("sluice", "SLUICE_API_TOKEN").starts_with("${SLUICE_API_TOKEN:?"));
}

// The pipeline files are in the image, under the names that `command` uses.
TEST_F(Compose, RunsAFileThatIsThere) {
  const auto& words = services().find("/sluice/command")->items();
  ASSERT_EQ(words.size(), 2U);
  const std::string file =
      std::regex_replace(words[1]->text(), std::regex(R"(\$\{SLUICE_MODE:-([a-z-]+)\})"), "$1");
  ASSERT_TRUE(file.starts_with("/etc/sluice/")) << file;
  EXPECT_TRUE(std::filesystem::exists(in_pipelines(std::filesystem::path(file).filename())));
}

}  // namespace
}  // namespace sluice::config
