// A host with a folder and a pipeline file of its own, and the questions that tests ask it.
#pragma once

#include "support/crawl.hpp"
#include "support/host_process.hpp"
#include "support/http.hpp"
#include "support/pipeline_file.hpp"
#include "support/prometheus_text.hpp"
#include "support/temporary_folder.hpp"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {

class TestHost final {
 public:
  // Writes the file; starts nothing.
  explicit TestHost(PipelineFile file = {});
  // Runs a file of the project's as it stands, with more on the command line.
  TestHost(std::filesystem::path file, std::vector<std::string> arguments)
      : pipeline_(std::move(file)), arguments_(std::move(arguments)) {}

  // Until it is ready; throws with what it printed when it ends or hangs before.
  void start();
  // The first half of it: until the host says where it will listen.
  void launch();
  // The second.
  void await_ready();
  // Waits for the end; its exit code, or -1 when it did not come.
  int stop(int signal = SIGTERM);
  void restart(int signal) {
    stop(signal);
    start();
  }
  // Takes effect with the next start.
  void set_file(const PipelineFile& file);

  const std::filesystem::path& folder() const { return folder_.path(); }
  const std::filesystem::path& pipeline() const { return pipeline_; }
  std::filesystem::path ready_file() const { return folder() / "ready"; }
  const TemporaryFolder& files() const { return folder_; }
  Http& http() { return *http_; }
  HostProcess& process() { return *process_; }

  Answer search(const nlohmann::json& request) { return http().post("/api/search", request); }
  // How many documents a search finds.
  uint64_t found(const std::string& query, const std::string& mode = "keyword");
  bool finds_one(const std::string& word) { return found(word) == 1; }
  nlohmann::json stats() { return http().get("/api/stats").json(); }
  uint64_t documents() { return stats().value("total_documents", uint64_t{0}); }
  nlohmann::json crawl(const std::string& id) { return http().get("/api/crawls/" + id).json(); }
  // The ledger of the crawl once it says `state`, else as it was when patience ended.
  nlohmann::json await_crawl(const std::string& id, const std::string& state = "done");
  // The ledger of the crawl once nothing of it is pending.
  nlohmann::json await_quiet(const std::string& id);
  PrometheusText metrics() { return parse_prometheus(http().get("/metrics").body); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path pipeline_ = folder_.path() / "pipeline.yaml";
  std::vector<std::string> arguments_;
  std::unique_ptr<HostProcess> process_;
  std::unique_ptr<Http> http_;
};

// received == indexed + skipped + unchanged + failed + pending
bool adds_up(const nlohmann::json& ledger);

// The urls of a search's results, in their order.
std::vector<std::string> urls_of(const Answer& answer);

}  // namespace sluice::testing
