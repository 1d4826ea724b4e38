// bench_modes [calls' time in ms] [pages]: one crawl through the service pipeline in each mode, and
// beside them the two passes that the modes replace: every page by itself as it comes, and all of
// them once more when the crawl closes. The same services for all.
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "support/service_host.hpp"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace sluice::testing;
using Clock = std::chrono::steady_clock;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kSenders = 4;
constexpr std::size_t kBatch = 80;     // texts in a call; what the services are told to allow
constexpr std::size_t kInFlight = 10;  // calls at once, of the second pass and of our embedder

struct Row {
  std::string name;
  double first = 0;  // seconds until a search finds a page
  double total = 0;  // seconds until every page is in
  std::uint64_t calls = 0;
  std::uint64_t inputs = 0;
  double cpu = 0;   // of the host, seconds
  double peak = 0;  // of the host, MiB
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print(const Row& row, double pages) {
  std::printf("%-14s %9.3f %9.2f %9.0f %8llu %8llu %8.2f %9.0f\n", row.name.c_str(), row.first,
              row.total, pages / row.total, static_cast<unsigned long long>(row.calls),
              static_cast<unsigned long long>(row.inputs), row.cpu, row.peak);
}

std::vector<TestPage> pages_of(std::size_t count) {
  PageMaker maker("modes");
  auto pages = maker.make(count);
  for (auto& page : pages) page.markdown += "\n## More\n\n" + maker.prose(40) + "\n";
  return pages;
}

// 14 and 15 of /proc/<pid>/stat: user and system time, proc(5).
double cpu_seconds(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string field;
  double ticks = 0;
  for (int i = 1; i <= 15 && in >> field; ++i) {
    if (i >= 14) ticks += std::stod(field);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double peak_mib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  constexpr std::string_view kKey = "VmHWM:";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kKey)) return std::stod(line.substr(kKey.size())) / 1024;
  }
  return 0;
}

ServiceOptions services(const std::string& mode, milliseconds call) {
  ServiceOptions options{
      .mode = mode,
      .settings = {"stages.embed.batch.records=80", "stages.crawl.config.reconcile=false"}};
  options.tei.latency.base = call;
  options.tei.max_client_batch_size = kBatch;
  options.tei.max_concurrent_requests = kBatch * kInFlight;
  options.qdrant.write_time = call;
  return options;
}

// The collection, the connections: none of the crawl's business.
void warm(ServiceHost& service) {
  const Crawl crawl("warm");
  deliver(service.http(), crawl.page(PageMaker("warm").make()));
  deliver(service.http(), crawl.completed());
  service.host().await_crawl("warm");
  service.tei.reset_counters();
}

Row mode(const std::string& name, const std::vector<TestPage>& pages, milliseconds call) {
  ServiceHost service(services(name, call));
  service.host().start();
  warm(service);
  const Crawl crawl("crawl");
  const pid_t pid = service.host().process().pid();
  const double cpu_before = cpu_seconds(pid);
  Row row{.name = name};
  const auto begin = Clock::now();
  std::thread watcher([&] {
    while (service.host().documents() < 2) std::this_thread::sleep_for(milliseconds(2));
    row.first = seconds_since(begin);
  });
  std::vector<std::thread> senders;
  for (std::size_t first = 0; first < kSenders; ++first) {
    senders.emplace_back([&, first] {
      for (std::size_t i = first; i < pages.size(); i += kSenders) {
        if (deliver(service.http(), crawl.page(pages[i])).status != 202U)
          throw std::runtime_error("a page was refused");
      }
    });
  }
  for (auto& sender : senders) sender.join();
  deliver(service.http(), crawl.completed());
  while (service.host().crawl("crawl").value("indexed", std::size_t{0}) < pages.size()) {
    std::this_thread::sleep_for(milliseconds(5));
    if (seconds_since(begin) > 600) throw std::runtime_error(name + " did not end");
  }
  row.total = seconds_since(begin);
  watcher.join();
  const auto counters = service.tei.counters();
  row.calls = counters.calls;
  row.inputs = counters.inputs;
  row.cpu = cpu_seconds(pid) - cpu_before;
  row.peak = peak_mib(pid);
  return row;
}

// What the original did, with whole pages as they were: embed, then write.
class TwoPasses {
 public:
  TwoPasses(const std::vector<TestPage>& pages, milliseconds call)
      : pages_(pages), services_(services("streaming", call)) {}

  Row run() {
    send("PUT", services_.qdrant.url() + "/collections/docs",
         {{"vectors", {{"size", 384}, {"distance", "Cosine"}}}});
    Row row{.name = "two passes"};
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      index(i, i + 1);
      if (i == 0) row.first = seconds_since(begin);
    }
    std::atomic<std::size_t> next{0};  // relaxed: hands out work
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < kInFlight; ++i) {
      workers.emplace_back([&] {
        for (std::size_t at = next.fetch_add(kBatch); at < pages_.size();
             at = next.fetch_add(kBatch)) {
          index(at, std::min(at + kBatch, pages_.size()));
        }
      });
    }
    for (auto& worker : workers) worker.join();
    row.total = seconds_since(begin);
    const auto counters = services_.tei.counters();
    row.calls = counters.calls;
    row.inputs = counters.inputs;
    return row;
  }

 private:
  json send(const char* method, const std::string& url, const json& body) {
    const auto response = client_.fetch({.method = method,
                                         .url = url,
                                         .headers = {{"Content-Type", "application/json"}},
                                         .body = body.dump(),
                                         .timeout = std::chrono::seconds(60)});
    if (response.status != 200) throw std::runtime_error(url + ": " + response.body);
    return json::parse(response.body);
  }

  void index(std::size_t first, std::size_t end) {
    json inputs = json::array();
    for (std::size_t i = first; i < end; ++i) inputs.push_back(pages_[i].markdown);
    const json vectors = send("POST", services_.tei.url() + "/embed", {{"inputs", inputs}});
    json points = json::array();
    for (std::size_t i = first; i < end; ++i) {
      points.push_back(
          {{"id", i}, {"vector", vectors[i - first]}, {"payload", {{"text", inputs[i - first]}}}});
    }
    send("PUT", services_.qdrant.url() + "/collections/docs/points?wait=true",
         {{"points", points}});
  }

  const std::vector<TestPage>& pages_;
  ServiceHost services_;  // its host is not started
  sluice::net::EventLoop loop_{1};
  sluice::net::Client client_{loop_};
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const milliseconds call(argc > 1 ? std::atoi(argv[1]) : 100);
    const auto count = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 1'000);
    const auto pages = pages_of(count);
    std::printf("%zu pages, %lld ms a call\n\n", count, static_cast<long long>(call.count()));
    std::printf("%-14s %9s %9s %9s %8s %8s %8s %9s\n", "", "first s", "total s", "pages/s", "calls",
                "inputs", "cpu s", "peak MiB");
    double streaming = 0;
    double batch = 0;
    for (const char* name : {"streaming", "micro-batch", "batch"}) {
      const Row row = mode(name, pages, call);
      print(row, static_cast<double>(count));
      if (row.name == "streaming") streaming = row.total;
      if (row.name == "batch") batch = row.total;
    }
    print(TwoPasses(pages, call).run(), static_cast<double>(count));
    std::printf("\nstreaming's throughput is %.2f of batch mode's\n", batch / streaming);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_modes: %s\n", failure.what());
    return 1;
  }
  return 0;
}
