// bench_services [calls' time in ms]: how much Sluice adds to the time of the services behind it.
// Each call to TEI and each write to Qdrant takes the same time, so the best possible schedule can
// be counted: rounds of calls that do not wait for each other.
#include "support/service_host.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace sluice::testing;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kSinglePages = 20;
constexpr std::size_t kBatchPages = 100;
constexpr uint64_t kTextsOfCall = 32;  // TEI's default limit
// Calls at once: TEI's 512 permits less the eighth that tei-embedder leaves to queries.
constexpr uint64_t kCallsAtOnce = (512 - 512 / 8) / kTextsOfCall;
constexpr milliseconds kGlance{1};

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

template <class Condition>
double milliseconds_until(Clock::time_point begin, Condition condition) {
  while (!condition()) {
    if (milliseconds_since(begin) > 60'000) throw std::runtime_error("nothing came of it");
    std::this_thread::sleep_for(kGlance);
  }
  return milliseconds_since(begin);
}

ServiceOptions slow(const std::string& mode, milliseconds call) {
  ServiceOptions options{.mode = mode};
  options.tei.latency.base = call;
  options.qdrant.write_time = call;
  return options;
}

uint64_t rounded_up(uint64_t count, uint64_t of) { return (count + of - 1) / of; }

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print(const char* what, double took, double own) {
  std::printf("%-34s %8.1f ms   services %6.0f ms   ratio %.3f\n", what, took, own, took / own);
}

// A page at a time: embedded, written, found.
void single_pages(milliseconds call) {
  ServiceHost service(slow("streaming", call));
  service.host().start();
  const auto pages = PageMaker("single").make(kSinglePages + 1);
  std::vector<double> found;
  std::vector<double> done;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Crawl crawl("single-" + std::to_string(i));
    const std::string event = crawl.page(pages[i]).dump();
    const std::size_t points = service.points();
    const auto begin = Clock::now();
    deliver(service.http(), event);
    const double searchable = milliseconds_until(begin, [&] { return service.points() > points; });
    const double settled = milliseconds_until(
        begin, [&] { return service.host().crawl(crawl.id()).value("indexed", 0) == 1; });
    if (i == 0) continue;  // makes connections and the collection
    found.push_back(searchable);
    done.push_back(settled);
  }
  const auto own = static_cast<double>(call.count());
  // The fake has the points when their write begins to be answered: one call to TEI before it.
  print("one page, searchable (median)", middle(found), own);
  print("one page, everything settled", middle(done), 3 * own);  // embed, upsert, trim
}

// From the crawl's end to its last page.
void one_batch(milliseconds call) {
  ServiceHost service(slow("batch", call));
  service.host().start();
  const Crawl warm("warm");
  deliver(service.http(), warm.page(PageMaker("warm").make()));
  deliver(service.http(), warm.completed());
  service.host().await_crawl("warm");
  PageMaker maker("batch");
  auto pages = maker.make(kBatchPages);
  for (auto& page : pages) page.markdown += "\n## More\n\n" + maker.prose(60) + "\n";
  const Crawl crawl("batch");
  for (const auto& page : pages) deliver(service.http(), crawl.page(page));
  service.tei.reset_counters();
  service.qdrant.reset_counters();
  const uint64_t before = service.points();
  const auto begin = Clock::now();
  deliver(service.http(), crawl.completed());
  const double took = milliseconds_until(begin, [&] {
    return service.host().crawl(crawl.id()).value("indexed", std::size_t{0}) == kBatchPages;
  });
  const auto called = service.tei.counters();
  const uint64_t chunks = service.points() - before;
  const uint64_t fewest = rounded_up(chunks, kTextsOfCall);
  const auto written = service.qdrant.counters();
  std::printf(
      "%llu chunks: %llu calls to TEI, at least %llu are needed; %llu upserts, %llu removals\n",
      static_cast<unsigned long long>(chunks), static_cast<unsigned long long>(called.calls),
      static_cast<unsigned long long>(fewest), static_cast<unsigned long long>(written.upserts),
      static_cast<unsigned long long>(written.removals));
  // Rounds of embedding; then the last points are written, and what they replace is removed.
  const uint64_t rounds = rounded_up(fewest, kCallsAtOnce) + 2;
  print("100 pages in one batch", took,
        static_cast<double>(rounds) * static_cast<double>(call.count()));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const milliseconds call(argc > 1 ? std::atoi(argv[1]) : 100);
    single_pages(call);
    one_batch(call);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_services: %s\n", failure.what());
    return 1;
  }
  return 0;
}
