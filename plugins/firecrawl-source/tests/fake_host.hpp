// A host in a few tables: records, config, log, crawls and an HTTP server with one route, all
// in memory. Leaks and double frees of records and buffers show as `live` counts.
#pragma once

#include <sluice/abi.h>
#include <sluice/plugin.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {
class FakeHost;
}

struct sluice_buffer {
  firecrawl::FakeHost* host;
  sluice_str bytes{};
  void (*release)(void*) = nullptr;
  void* ctx = nullptr;
  int references = 1;
};

struct sluice_config {
  firecrawl::FakeHost* host;
};

struct sluice_record {
  firecrawl::FakeHost* host;
  std::string id;
  std::string group;
  sluice_buffer* text = nullptr;
  uint32_t op = SLUICE_UPSERT;
  std::map<std::string, std::string> meta;  // values as text, "true", numbers
};

struct sluice_exchange {
  std::string body;
  std::map<std::string, std::string> headers;
  uint32_t status = 0;
  std::map<std::string, std::string> answer_headers;
  std::string answer;
};

namespace firecrawl {

// What a record looked like when it was pushed.
struct Pushed {
  std::string id;
  std::string group;
  std::string text;
  uint32_t op = 0;
  std::map<std::string, std::string> meta;
};

class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const sluice_host* raw() const { return &host_; }
  const sluice_config* config() const { return &config_; }
  // Delivers to the route that the component opened.
  sluice_exchange post(const std::string& body, const std::string& signature = {});

  std::map<std::string, std::string> settings;  // by JSON Pointer; digits are read as integers
  bool offers_crawls = true;
  sluice_status push_status = SLUICE_OK;
  std::vector<std::string> known;  // documents that are duplicates
  std::function<void()> on_push = [] {};

  std::vector<Pushed> pushed;
  std::vector<std::string> ledger;
  std::vector<std::string> log;
  std::string route;  // "POST /path flags"
  std::function<void(sluice_exchange*)> handler;
  std::vector<std::string> requests;  // of the HTTP client: "METHOD url authorization"
  uint32_t client_status = 200;       // 0: no answer
  int live_records = 0;
  int live_buffers = 0;

 private:
  sluice_host host_{};
  sluice_config config_{this};
};

}  // namespace firecrawl
