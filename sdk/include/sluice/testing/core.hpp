// sluice/testing/core.hpp - what the tables of the fake host share. Tests use host.hpp, which is in
// front of it.
#pragma once

#include <sluice/testing/books.hpp>
#include <sluice/testing/json.hpp>
#include <sluice/testing/loop.hpp>
#include <sluice/testing/page.hpp>
#include <sluice/testing/records.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// ---- HTTP ----

// A request that the component sent, or that a test sends to the component.
struct HttpCall {
  std::string method = "GET";
  std::string url = {};  // of a route: the path, with the query behind a question mark
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{0};
};
struct HttpReply {
  uint32_t status = 200;  // 0: no answer, and `transport` says why
  std::string body = {};
  std::map<std::string, std::string> headers = {};
  std::chrono::milliseconds after{0};        // by the clock of the fake host
  sluice_status transport = SLUICE_E_RETRY;  // only without an answer
  std::size_t part_size = 0;  // in bytes, where the body is passed on part by part; 0: all at once
};
// What a far end does. Runs on the thread that sends.
using FarEnd = std::function<HttpReply(const HttpCall&)>;

struct Route {
  std::string method;
  std::string path;
  uint32_t flags = 0;
  bool is_absolute = false;
  void (*handler)(void* ctx, sluice_exchange* x) = nullptr;
  void* ctx = nullptr;
};

// ---- what a component said ----

struct LogLine {
  uint32_t level = SLUICE_LOG_INFO;
  std::string message;
  std::map<std::string, Value> fields;

  // ERROR message key=value
  std::string text() const {
    constexpr const char* kLevels[] = {"DEBUG", "INFO", "WARN", "ERROR", "CONTRACT"};
    std::string out = level <= SLUICE_LOG_CONTRACT ? kLevels[level] : "UNKNOWN";
    out += " " + message;
    for (const auto& [key, value] : fields) out += " " + key + "=" + value.shown();
    return out;
  }
};
struct Pushed {
  Page page;
  uint64_t cookie = 0;
};
struct LeftOut {
  uint32_t reason = 0;
  std::string document_id;
  std::string detail;
};
struct CrawlEvent {
  std::string group;
  uint32_t ends = SLUICE_CRAWL_GOES_ON;
  std::vector<Pushed> pushed;
  std::vector<LeftOut> left_out;
};
struct MetricBox {
  std::string name;
  uint32_t kind = SLUICE_COUNTER;
  double value = 0;          // of a histogram: the sum
  std::size_t observed = 0;  // of a histogram: how often
};
struct Hit {
  float score = 0;
  std::string id;
  std::string document_id;
  std::string text;
  std::string metadata;
  std::string snippet;
};
struct HitsBox {
  Books* books = nullptr;
  std::vector<Hit> hits;
  uint64_t total = 0;
  bool is_total_known = false;
  bool is_exact = false;
};
// The settings behind a sluice_config; they may be read until configure has returned.
struct ConfigBox {
  Books* books = nullptr;
  Json settings;
  std::string text;
  bool is_over = false;
};
struct ExchangeBox {
  Books* books = nullptr;
  HttpCall call;
  std::string path;
  std::string query;
  std::map<std::string, std::string> params;
  std::mutex mutex;
  std::condition_variable answered;
  bool is_answered = false;  // guarded by mutex, as all below
  bool is_relayed = false;   // it is the host's until done
  HttpReply reply;
};
struct Service {
  sluice_component* component = nullptr;
  std::map<std::string, const void*> roles;
};

// Everything of one fake host.
struct Core {
  explicit Core(Loop::Clock clock) : records(books), loop(clock) {}

  Books books;
  Records records;

  std::mutex mutex;  // guards all that follows, down to the loop
  std::vector<LogLine> log;
  std::vector<MetricBox> metrics;
  std::map<std::string, std::string> state;
  std::vector<Route> routes;
  std::deque<std::unique_ptr<ExchangeBox>> exchanges;
  FarEnd far_end;
  std::vector<HttpCall> calls;
  std::map<uint64_t, std::function<void(const HttpReply&)>> under_way;  // requests, by number
  uint64_t last_call = 0;
  std::set<uint64_t> timers;
  std::vector<Pushed> pushed;
  std::vector<CrawlEvent> crawls;
  std::set<std::string> known;  // documents that their crawl has already
  std::set<std::string> closed_groups;
  bool is_finished = false;
  sluice_status push_answer = SLUICE_OK;
  std::map<std::string, Service> services;
  int held_services = 0;
  std::set<std::string> missing;                    // interfaces that this host is to lack
  std::filesystem::path folders;                    // where that is made
  std::string folder;                               // of sluice.data/1; empty until asked for
  std::function<void(const char* function)> watch;  // hears of every call; may be empty

  Loop loop;  // last: its threads end first
};

inline Core& core_of(const sluice_host* h) { return *static_cast<Core*>(h->impl); }

namespace detail {

inline ConfigBox& box(const sluice_config* c) {
  return *reinterpret_cast<ConfigBox*>(const_cast<sluice_config*>(c));
}
inline HitsBox& box(sluice_hits* h) { return *reinterpret_cast<HitsBox*>(h); }
inline ExchangeBox& box(const sluice_exchange* x) {
  return *reinterpret_cast<ExchangeBox*>(const_cast<sluice_exchange*>(x));
}

}  // namespace detail
}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
