// bench_accept [pages] [folder] [connections...]: pages of 10 kB accepted per second by the real
// host, durable and not, beside a bare Beast handler that drops the body and a bare SQLite table
// with group commit; the same number of clients, one run; 32 clients and then 128 unless said
// otherwise. Batch mode keeps the pages in the journal, so
// that nothing but accepting is measured.
#include "bare_journal.hpp"
#include "bare_server.hpp"
#include "journal/temporary_folder.hpp"
#include "load.hpp"
#include "place.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using sluice::bench::Sent;

constexpr std::size_t kPageBytes = 10'000;

double rate(const Sent& sent) { return static_cast<double>(sent.accepted) / sent.seconds; }

// What the others are measured by, in pages a second.
struct Yardsticks {
  double beast = 0;
  double sqlite = 0;
};

void print(const std::string& what, const Sent& sent, const Yardsticks& yard, double cpu_us) {
  std::printf("| %-31s | %9.0f | %8.2f | %9.2f | %8.1f | %7zu |\n", what.c_str(), rate(sent),
              rate(sent) / yard.beast, rate(sent) / yard.sqlite, cpu_us, sent.refused);
}

Sent post_to_bare_server(const std::vector<std::string>& bodies, std::size_t connections) {
  const sluice::bench::BareServer bare;
  sluice::bench::post_all(bare.port(), bodies, connections);  // warm
  return sluice::bench::post_all(bare.port(), bodies, connections);
}

Sent append_to_bare_journal(const std::filesystem::path& where, std::size_t pages,
                            std::size_t connections) {
  const sluice::journal::TemporaryFolder folder(where);
  sluice::bench::BareJournal journal(folder.path());
  std::atomic<std::size_t> next = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> producers;
  for (std::size_t i = 0; i < connections; ++i) {
    producers.emplace_back([&] {
      const std::string payload(kPageBytes, 'x');
      for (std::size_t page = next++; page < pages; page = next++) {
        journal.append("https://example.com/page/" + std::to_string(page), payload, false);
      }
    });
  }
  for (auto& producer : producers) producer.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {took.count(), pages, 0};
}

void run(const std::vector<std::string>& bodies, const std::filesystem::path& where,
         std::size_t connections) {
  const std::size_t pages = bodies.size();
  std::printf("%zu pages of %zu bytes, %zu connections\n\n", pages, kPageBytes, connections);
  const Sent beast = post_to_bare_server(bodies, connections);
  const Sent sqlite = append_to_bare_journal(where, pages, connections);
  const Yardsticks yard{rate(beast), rate(sqlite)};
  std::printf(
      "|                                 |   pages/s | of Beast | of SQLite | cpu us/p | refused "
      "|\n");
  std::printf("|---|---|---|---|---|---|\n");
  print("bare Beast, body dropped", beast, yard, 0);
  print("bare SQLite, group commit", sqlite, yard, 0);
  const auto accept = [&](const std::string& what, const std::string& setting) {
    const sluice::journal::TemporaryFolder folder(where);
    const sluice::bench::Host host(folder.path(), {"mode: batch", setting});
    const Sent sent = sluice::bench::post_all(host.port(), bodies, connections);
    const double cpu_us = host.cpu_seconds() * 1e6 / static_cast<double>(pages);
    print(what, sent, yard, cpu_us);
  };
  for (const std::string sync : {"off", "interval", "always"}) {
    accept("sluice, journal.sync: " + sync, "journal: {sync: " + sync + "}");
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t pages = argc > 1 ? std::stoul(argv[1]) : 20'000;
    std::vector<std::size_t> connections;
    for (int i = 3; i < argc; ++i) connections.push_back(std::stoul(argv[i]));
    if (connections.empty()) connections = {32, 128};
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < pages; ++i) {
      bodies.push_back(sluice::bench::page_event("accept", i, kPageBytes));
    }
    for (const std::size_t some : connections) {
      run(bodies, sluice::bench::place_of(argc, argv, 2), some);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_accept: %s\n", error.what());
    return 1;
  }
}
