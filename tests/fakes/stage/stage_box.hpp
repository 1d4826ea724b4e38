// StageBox: one plugin's component on the host's real services, without a pipeline around it. The
// plugin is linked into the test, so that sanitizers and debuggers see it.
#pragma once

#include "config/findings.hpp"
#include "data/batch.hpp"
#include "data/hits.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "plugin/component.hpp"
#include "services/config.hpp"
#include "services/instance.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

struct RecordVerdict {
  sluice_status status = SLUICE_PENDING;
  uint32_t retry_after_ms = 0;
  std::string message;
};

// One thread at a time, but for write and search, which several may call.
class StageBox {
 public:
  // `yaml` is the stage's `config:` block. `authorities` is a PEM file that the HTTP client trusts.
  explicit StageBox(std::string_view yaml, const std::string& authorities = {});
  ~StageBox();
  StageBox(const StageBox&) = delete;
  StageBox& operator=(const StageBox&) = delete;

  // Before configure: a component that sluice.services/1 gives out under this name. Its settings
  // are empty and it is not started.
  void add_peer(const std::string& name, const sluice_descriptor& descriptor);

  // What is wrong with the settings, by their schema or by the component: "/url: is not a URL".
  // Nothing: they are fine.
  std::optional<std::string> configure();
  Result<void> start();
  void drain();
  // Fine, or the sentence of the failure.
  std::string probe() const;

  // Hands the records over as one batch and waits for the verdicts.
  std::vector<RecordVerdict> write(std::vector<data::RecordRef> records) const;
  // Found, or the sentence of the failure.
  Result<data::Hits> search(const sluice_search_request& request) const;
  sluice_search_stats stats() const;
  // The table of a role, for what has no function here.
  template <class T>
  const T& role(const char* id) const {
    return **component_->role<T>(id);
  }
  sluice_component* raw() const { return component_->raw(); }

  // Whole lines, oldest first.
  std::vector<std::string> log() const;
  // How many lines of the log contain the text.
  std::size_t lines_with(std::string_view text) const;

 private:
  const sluice_descriptor& descriptor_;
  const std::string yaml_;
  const std::filesystem::path data_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  observe::Log log_;
  observe::Metrics metrics_;
  plugin::Faults faults_;
  net::EventLoop loop_;
  net::Client client_;
  net::Router router_;
  WorkerPool workers_;
  services::Shared shared_;
  struct Hosted {  // in the order of who uses whom
    std::unique_ptr<services::Instance> instance;
    std::unique_ptr<plugin::Component> component;
  };
  Hosted host(const sluice_descriptor& descriptor, const std::string& name);

  std::vector<Hosted> peers_;
  std::unique_ptr<services::Instance> instance_;
  std::unique_ptr<plugin::Component> component_;
};

}  // namespace sluice::fakes
