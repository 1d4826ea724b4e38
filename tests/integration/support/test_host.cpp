// Start until ready, stop, and short forms of common requests.
#include "support/test_host.hpp"

#include <regex>
#include <stdexcept>

namespace sluice::testing {

TestHost::TestHost(PipelineFile file) { set_file(file); }

void TestHost::set_file(const PipelineFile& file) { folder_.write("pipeline.yaml", file.text()); }

void TestHost::start() {
  launch();
  await_ready();
}

void TestHost::launch() {
  std::filesystem::remove(ready_file());
  const std::size_t said = read_file(folder() / "stderr").size();  // by the run before
  http_.reset();
  std::vector<std::string> words = {"run", pipeline().string(), "--ready-file",
                                    ready_file().string()};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  process_ = std::make_unique<HostProcess>(words, folder());
  const std::regex starting("starting.*(https?://[^\\s\"]+)");
  std::smatch found;
  std::string err;
  eventually(
      [&] {
        err = process_->err().substr(said);
        return std::regex_search(err, found, starting) || !process_->is_running();
      },
      patient(seconds(60)));
  if (found.empty()) throw std::runtime_error("the host did not start:\n" + process_->err());
  http_ = std::make_unique<Http>(found[1]);
}

void TestHost::await_ready() {
  eventually([&] { return read_file(ready_file()).ends_with('\n') || !process_->is_running(); },
             patient(seconds(60)));
  if (read_file(ready_file()) != http_->base_url() + "\n") {
    throw std::runtime_error("the host did not become ready:\n" + process_->err());
  }
}

int TestHost::stop(int signal) {
  process_->send(signal);
  return process_->wait(patient(seconds(40))).value_or(-1);
}

uint64_t TestHost::found(const std::string& query, const std::string& mode) {
  return search({{"query", query}, {"mode", mode}}).json().value("total", uint64_t{0});
}

nlohmann::json TestHost::await_crawl(const std::string& id, const std::string& state) {
  nlohmann::json ledger;
  eventually(
      [&] {
        ledger = crawl(id);
        return ledger.is_object() && ledger.value("state", "") == state;
      },
      patient(seconds(60)));
  return ledger;
}

nlohmann::json TestHost::await_quiet(const std::string& id) {
  nlohmann::json ledger;
  eventually(
      [&] {
        ledger = crawl(id);
        return ledger.is_object() && ledger.value("pending", 1) == 0;
      },
      patient(seconds(60)));
  return ledger;
}

bool adds_up(const nlohmann::json& ledger) {
  const auto count = [&](const char* key) { return ledger.value(key, int64_t{-1}); };
  return count("received") >= 0 && count("received") == count("indexed") + count("skipped") +
                                                            count("unchanged") + count("failed") +
                                                            count("pending");
}

std::vector<std::string> urls_of(const Answer& answer) {
  std::vector<std::string> urls;
  const auto json = answer.json();
  if (!json.is_object()) return urls;
  for (const auto& result : json.value("results", nlohmann::json::array())) {
    urls.push_back(result.value("url", ""));
  }
  return urls;
}

}  // namespace sluice::testing
