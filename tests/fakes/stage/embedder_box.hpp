// EmbedderBox: one embedding component, linked into the test, on the host's real services, without
// a pipeline around it.
#pragma once

#include "base/worker_pool.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "net/router.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "plugin/call.hpp"
#include "plugin/component.hpp"
#include "services/instance.hpp"

#include <sluice/abi.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::fakes {

// What a batch looked like when it came back.
struct Returned {
  struct Slot {
    sluice_status verdict = SLUICE_PENDING;
    std::string why;
    std::uint32_t retry_after_ms = 0;
    std::vector<float> vector;
  };
  std::vector<Slot> slots;

  std::size_t count(sluice_status verdict) const;
};

struct Text {
  std::string text;
  std::int64_t token_count = 0;  // 0: no such metadata
  std::uint32_t op = SLUICE_UPSERT;
};

class EmbedderBox {
 public:
  // `settings` over the defaults of the schema. `authorities`: a PEM file, for https.
  explicit EmbedderBox(nlohmann::json settings, const std::string& authorities = {});
  ~EmbedderBox();
  EmbedderBox(const EmbedderBox&) = delete;
  EmbedderBox& operator=(const EmbedderBox&) = delete;

  std::optional<plugin::ConfigError> configure();
  Result<void> start();
  void configure_and_start();  // expects both to work
  void stop();
  Result<std::string> probe();

  // As the host's runner does: gives the batch to the stage and returns at once.
  std::future<Returned> submit(const std::vector<Text>& texts,
                               std::chrono::milliseconds timeout = std::chrono::seconds(30));
  // The same, and waits.
  Returned send(const std::vector<Text>& texts,
                std::chrono::milliseconds timeout = std::chrono::seconds(30));
  Returned send(std::size_t count, const std::string& prefix = "text ");

  std::uint32_t dimension() const;
  struct Embedded {
    sluice_status status = SLUICE_OK;
    std::string why;
    std::vector<float> rows;
  };
  Embedded embed(const std::vector<std::string>& texts, std::uint32_t purpose);

  std::string metrics() const { return metrics_.text(); }
  std::vector<std::string> log_lines();

 private:
  const nlohmann::json settings_;
  std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  observe::Log log_;
  observe::Metrics metrics_;
  plugin::Faults faults_;
  net::EventLoop loop_;
  net::Client client_;
  net::Router router_;
  WorkerPool workers_;
  services::Shared shared_;
  plugin::Callee callee_;
  std::unique_ptr<services::Instance> instance_;
  std::unique_ptr<plugin::Component> component_;
  const sluice_stage* stage_ = nullptr;
  const sluice_embed* embed_ = nullptr;
};

}  // namespace sluice::fakes
