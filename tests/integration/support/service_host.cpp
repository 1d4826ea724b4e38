// The environment that the pipeline files ask for.
#include "support/service_host.hpp"

#include <stdlib.h>

#include <sstream>

namespace sluice::testing {
namespace {

constexpr const char* kHandshake = "dimension";  // what tei-embedder sends at a handshake

std::vector<std::string> arguments_of(const std::vector<std::string>& settings) {
  std::vector<std::string> words;
  for (const auto& setting : settings) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  return words;
}

}  // namespace

std::filesystem::path service_pipeline(const std::string& mode) {
  return std::filesystem::path(SLUICE_PIPELINE_FOLDER) / (mode + ".yaml");
}

ServiceHost::ServiceHost(const ServiceOptions& options)
    : tei(options.tei),
      qdrant(options.qdrant),
      redis(options.redis),
      options_(options),
      host_(options.file.empty() ? service_pipeline(options.mode) : options.file,
            arguments_of(options.settings)) {
  set_environment();
}

void ServiceHost::set_environment() {
  const std::vector<std::pair<const char*, std::string>> values = {
      {"SLUICE_PLUGIN_PATH", SLUICE_PLUGIN_FOLDER},
      {"SLUICE_DATA", (host_.folder() / "data").string()},
      {"SLUICE_LISTEN", "127.0.0.1:0"},
      {"FIRECRAWL_WEBHOOK_SECRET", kSecret},
      {"REDIS_URL", redis.url()},
      {"TEI_URL", tei.url()},
      {"TEI_API_KEY", options_.tei.api_key},
      {"QDRANT_URL", qdrant.url()},
      {"QDRANT_API_KEY", options_.qdrant.api_key},
      {"QDRANT_COLLECTION", kCollection}};
  for (const auto& [name, value] : values) setenv(name, value.c_str(), 1);
}

uint64_t ServiceHost::chunks(const std::string& stage) {
  const auto stats = host_.stats();
  if (!stats.is_object() || !stats["providers"].contains(stage)) return 0;
  return stats["providers"][stage].value("chunks", uint64_t{0});
}

uint64_t ServiceHost::chunks_embedded() const {
  return tei.counters().inputs - tei.times_embedded(kHandshake);
}

std::string ServiceHost::trouble(const std::string& stage) {
  const auto ready = http().get("/health/ready").json();
  if (!ready.is_object() || !ready.contains("degraded")) return {};
  for (const auto& one : ready["degraded"]) {
    if (one.value("stage", "") == stage) return one.value("reason", "");
  }
  return {};
}

std::size_t ServiceHost::log_lines(std::string_view text) {
  std::istringstream log(host_.process().err());
  std::size_t lines = 0;
  for (std::string line; std::getline(log, line);) lines += line.find(text) != std::string::npos;
  return lines;
}

}  // namespace sluice::testing
