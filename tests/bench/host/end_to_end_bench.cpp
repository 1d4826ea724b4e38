// bench_end_to_end [pages] [folder]: a crawl through the embedded pipeline, from the first webhook
// to the last page durable in both indexes: pages and chunks per second, CPU time, memory; then how
// long the same host takes to start again with all of it on disk.
#include "journal/temporary_folder.hpp"
#include "load.hpp"
#include "place.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using sluice::bench::Host;

constexpr std::size_t kPageBytes = 10'000;
constexpr std::size_t kConnections = 8;
constexpr std::chrono::minutes kPatience{10};
constexpr std::chrono::seconds kRest{5};  // until memory is measured: what was freed goes back
constexpr const char* kCrawl = "end-to-end";

double since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

nlohmann::json get(const Host& host, const std::string& path) {
  return nlohmann::json::parse(sluice::bench::request(host.port(), "GET", path, ""));
}

// The crawl's ledger when it is done, or when patience ended.
nlohmann::json await_done(const Host& host) {
  const auto began = Clock::now();
  nlohmann::json ledger;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ledger = get(host, std::string("/api/crawls/") + kCrawl);
  } while (ledger.value("state", "") != "done" && Clock::now() - began < kPatience);
  return ledger;
}

void print_memory(const char* what, double mebibytes, double megabytes_of_text) {
  std::printf("%-20s%.0f MiB (%.2f x the text)\n", what, mebibytes,
              mebibytes * 1.048576 / megabytes_of_text);
}

// False when the crawl did not end.
bool index_all(const std::vector<std::string>& bodies, const std::filesystem::path& folder) {
  const auto pages = static_cast<double>(bodies.size());
  const double megabytes = pages * kPageBytes / 1e6;
  const Host host(folder, {"mode: streaming"});
  const double idle = host.resident_mebibytes();
  const auto began = Clock::now();
  const auto sent = sluice::bench::post_all(host.port(), bodies, kConnections);
  const double accepted = since(began);
  sluice::bench::request(host.port(), "POST", "/api/webhook/firecrawl",
                         sluice::bench::closing_event(kCrawl));
  const auto ledger = await_done(host);
  const double seconds = since(began);
  const double cpu = host.cpu_seconds();
  const auto chunks = get(host, "/api/stats").value("total_chunks", 0.0);
  std::this_thread::sleep_for(kRest);
  std::printf("pages               %.0f of %zu bytes, %.1f MB of text; %zu refused\n", pages,
              kPageBytes, megabytes, sent.refused);
  std::printf("indexed             %d pages, %.0f chunks\n", ledger.value("indexed", 0), chunks);
  std::printf("accepted            in %.2f s, %.0f pages/s\n", accepted, pages / accepted);
  std::printf("searchable          in %.2f s, %.0f pages/s, %.0f chunks/s\n", seconds,
              pages / seconds, chunks / seconds);
  std::printf("cpu                 %.2f s, %.2f ms a page\n", cpu, cpu * 1000 / pages);
  std::printf("time to index       %s ms\n", ledger["time_to_index_ms"].dump().c_str());
  print_memory("memory, peak", host.peak_mebibytes(), megabytes);
  print_memory("memory, at rest", host.resident_mebibytes(), megabytes);
  std::printf("memory, when empty  %.0f MiB\n", idle);
  return ledger.value("state", "") == "done";
}

void start_again(const std::filesystem::path& folder, std::size_t pages) {
  const auto began = Clock::now();
  const Host host(folder, {"mode: streaming"});
  std::printf("start again         in %.2f s, %.0f documents\n", since(began),
              get(host, "/api/stats").value("total_documents", 0.0));
  std::this_thread::sleep_for(kRest);
  print_memory("memory, started", host.resident_mebibytes(),
               static_cast<double>(pages * kPageBytes) / 1e6);
}

int run(std::size_t pages, const std::filesystem::path& where) {
  const sluice::journal::TemporaryFolder folder(where);
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < pages; ++i)
    bodies.push_back(sluice::bench::page_event(kCrawl, i, kPageBytes));
  const bool is_done = index_all(bodies, folder.path());
  start_again(folder.path(), pages);
  return is_done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t pages = argc > 1 ? std::stoul(argv[1]) : 5'000;
    return run(pages, sluice::bench::place_of(argc, argv, 2));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_end_to_end: %s\n", error.what());
    return 1;
  }
}
