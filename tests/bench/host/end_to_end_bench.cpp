// bench_end_to_end [pages] [folder]: a crawl through the embedded pipeline, from the first webhook
// to the last page durable in both indexes: pages and chunks per second, CPU time, peak memory.
#include "load.hpp"

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

constexpr std::size_t kPageBytes = 10'000;
constexpr std::size_t kConnections = 8;
constexpr std::chrono::minutes kPatience{10};

int run(std::size_t pages, const std::filesystem::path& folder) {
  const std::string crawl = "end-to-end";
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < pages; ++i)
    bodies.push_back(sluice::bench::page_event(crawl, i, kPageBytes));
  std::filesystem::remove_all(folder);
  const sluice::bench::Host host(folder,
                                 {"mode: streaming", "limits: {records: 200000, bytes: 4GiB}"});
  const double idle = host.peak_mebibytes();
  const auto began = Clock::now();
  const auto sent = sluice::bench::post_all(host.port(), bodies, kConnections);
  sluice::bench::request(host.port(), "POST", "/api/webhook/firecrawl",
                         sluice::bench::closing_event(crawl));
  nlohmann::json ledger;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ledger = nlohmann::json::parse(
        sluice::bench::request(host.port(), "GET", "/api/crawls/" + crawl, ""));
  } while (ledger.value("state", "") != "done" && Clock::now() - began < kPatience);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const auto stats =
      nlohmann::json::parse(sluice::bench::request(host.port(), "GET", "/api/stats", ""));
  const auto chunks = stats.value("total_chunks", 0.0);
  const double megabytes = static_cast<double>(pages) * kPageBytes / 1e6;
  std::printf("pages               %zu (%zu refused), %.1f MB of text\n", pages, sent.refused,
              megabytes);
  std::printf("indexed             %d\n", ledger.value("indexed", 0));
  std::printf("chunks              %.0f\n", chunks);
  std::printf("seconds             %.2f\n", seconds);
  std::printf("pages/s             %.0f\n", static_cast<double>(pages) / seconds);
  std::printf("chunks/s            %.0f\n", chunks / seconds);
  std::printf("cpu seconds         %.2f (%.2f ms a page)\n", host.cpu_seconds(),
              host.cpu_seconds() * 1000 / static_cast<double>(pages));
  std::printf("peak memory         %.0f MiB (%.0f MiB when idle; %.2f x the text)\n",
              host.peak_mebibytes(), idle, host.peak_mebibytes() * 1.048576 / megabytes);
  std::printf("time to index       %s ms\n", ledger["time_to_index_ms"].dump().c_str());
  return ledger.value("state", "") == "done" ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t pages = argc > 1 ? std::stoul(argv[1]) : 5'000;
    const std::filesystem::path folder =
        argc > 2 ? argv[2]
                 : (std::filesystem::temp_directory_path() / "sluice-bench-end-to-end").string();
    return run(pages, folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_end_to_end: %s\n", error.what());
    return 1;
  }
}
