// bench_hold [pages] [folder]: what batch mode's holding costs in memory: a crawl of many pages
// against its first thousand, while none of them may move; then the same crawl let go, where memory
// grows by the indexes and by what is under way.
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

using sluice::bench::Host;

constexpr std::size_t kPageBytes = 2'000;
constexpr std::size_t kFirst = 1'000;
constexpr std::size_t kConnections = 8;
constexpr std::chrono::minutes kPatience{20};
constexpr std::chrono::seconds kRest{5};  // until memory is measured: what was freed goes back
constexpr const char* kCrawl = "held";

nlohmann::json get(const Host& host, const std::string& path) {
  return nlohmann::json::parse(sluice::bench::request(host.port(), "GET", path, ""));
}

// Posts the pages from `first` to `end`; resident memory once the host rests, in MiB.
double hold(const Host& host, std::size_t first, std::size_t end) {
  std::vector<std::string> bodies;
  for (std::size_t i = first; i < end; ++i)
    bodies.push_back(sluice::bench::page_event(kCrawl, i, kPageBytes));
  const auto sent = sluice::bench::post_all(host.port(), bodies, kConnections);
  std::this_thread::sleep_for(kRest);
  const double resident = host.resident_mebibytes();
  std::printf("%6zu held          %.0f MiB resident; %zu refused, %.0f pages/s\n", end, resident,
              sent.refused, static_cast<double>(bodies.size()) / sent.seconds);
  return resident;
}

bool let_go(const Host& host, std::size_t pages) {
  sluice::bench::request(host.port(), "POST", "/api/webhook/firecrawl",
                         sluice::bench::closing_event(kCrawl));
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  std::string state;
  while (state != "done" && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    state = get(host, std::string("/api/crawls/") + kCrawl).value("state", "");
  }
  std::this_thread::sleep_for(kRest);
  std::printf("%6zu indexed       %.0f MiB resident, %.0f MiB at the peak\n", pages,
              host.resident_mebibytes(), host.peak_mebibytes());
  return state == "done";
}

int run(std::size_t pages, const std::filesystem::path& where) {
  const sluice::journal::TemporaryFolder folder(where);
  const Host host(folder.path(), {"mode: batch", "journal: {sync: off}"});
  const double first = hold(host, 0, kFirst);
  const double all = hold(host, kFirst, pages);
  std::printf("ratio                %.2f\n", all / first);
  return let_go(host, pages) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t pages = argc > 1 ? std::stoul(argv[1]) : 50'000;
    return run(pages, sluice::bench::place_of(argc, argv, 2));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_hold: %s\n", error.what());
    return 1;
  }
}
