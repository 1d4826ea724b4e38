// bench_accept [pages] [folder]: pages of 10 kB accepted per second by the real host, durable and
// not, beside a bare Beast handler that drops the body; the same clients, one run. Batch mode keeps
// the pages in the journal, so that nothing but accepting is measured.
#include "bare_server.hpp"
#include "load.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using sluice::bench::Sent;

constexpr std::size_t kPageBytes = 10'000;
constexpr std::size_t kConnections = 32;

double rate(const Sent& sent) { return static_cast<double>(sent.accepted) / sent.seconds; }

void print(const char* what, const Sent& sent, double floor, double cpu_us) {
  std::printf("| %-28s | %9.0f | %6.2f | %8.1f | %7zu |\n", what, rate(sent), rate(sent) / floor,
              cpu_us, sent.refused);
}

int run(std::size_t pages, const std::filesystem::path& folder) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < pages; ++i)
    bodies.push_back(sluice::bench::page_event("accept", i, kPageBytes));
  std::printf("%zu pages of %zu bytes, %zu connections\n\n", pages, kPageBytes, kConnections);
  std::printf("| handler                      |   pages/s |  ratio | cpu us/p | refused |\n");
  std::printf("|---|---|---|---|---|\n");
  double floor = 0;
  {
    const sluice::bench::BareServer bare;
    sluice::bench::post_all(bare.port(), bodies, kConnections);  // warm
    const Sent sent = sluice::bench::post_all(bare.port(), bodies, kConnections);
    floor = rate(sent);
    print("bare Beast, body dropped", sent, floor, 0);
  }
  for (const char* sync : {"off", "interval", "always"}) {
    std::filesystem::remove_all(folder);
    const sluice::bench::Host host(folder,
                                   {"mode: batch", std::string("journal: {sync: ") + sync + "}"});
    const Sent sent = sluice::bench::post_all(host.port(), bodies, kConnections);
    const double cpu_us = host.cpu_seconds() * 1e6 / static_cast<double>(pages);
    print((std::string("sluice, journal.sync: ") + sync).c_str(), sent, floor, cpu_us);
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t pages = argc > 1 ? std::stoul(argv[1]) : 20'000;
    const std::filesystem::path folder =
        argc > 2 ? argv[2]
                 : (std::filesystem::temp_directory_path() / "sluice-bench-accept").string();
    return run(pages, folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_accept: %s\n", error.what());
    return 1;
  }
}
