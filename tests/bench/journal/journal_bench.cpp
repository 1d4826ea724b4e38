// How fast pages are accepted durably: the journal with the ledger, against a bare SQLite journal
// with group commit in the same run. Prints a table; takes the seconds per measurement and the
// folder.
#include "bare_journal.hpp"
#include "crawls/ledger.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"
#include "journal/temporary_folder.hpp"
#include "place.hpp"

#include <SQLiteCpp/Database.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace sluice;
using sluice::bench::BareJournal;

constexpr std::size_t kPayloadBytes = 10'000;
constexpr int kPagesPerCrawl = 100;
constexpr int kRounds = 3;  // interleaved; the best of each counts

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

// What the host does for each page.
class WholeJournal {
 public:
  explicit WholeJournal(const std::filesystem::path& folder)
      : commits_(must(journal::GroupCommit::open(folder, {}))),
        journal_(must(journal::Journal::open(*commits_))),
        ledger_(must(crawls::Ledger::open(*commits_, clock_))) {
    commits_->start();
  }

  void append(const std::string& document, const std::string& payload, bool retire) {
    const std::string crawl = "crawl-" + std::to_string(pages_++ / kPagesPerCrawl);
    std::int64_t seq = 0;
    check(commits_->run([&](SQLite::Database& database) {
      ledger_->receive(database,
                       {.origin = {.group = crawl, .source = "bench", .mode = "streaming"},
                        .document_id = document});
      seq = journal_->append(database, {.group = crawl,
                                        .document_id = document,
                                        .source = "bench",
                                        .payload = payload,
                                        .received_at = clock_.wall()});
    }));
    if (!retire) return;
    check(commits_->run([&](SQLite::Database& database) {
      journal_->remove(database, {{seq}});
      ledger_->settle(database, {.group = crawl, .document_id = document});
    }));
  }

 private:
  static void check(const Result<void>& result) {
    if (!result) throw std::runtime_error(result.error().message);
  }

  SystemClock clock_;
  std::unique_ptr<journal::GroupCommit> commits_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<crawls::Ledger> ledger_;
  std::atomic<std::uint64_t> pages_{0};
};

struct Measured {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

template <class Subject>
Measured measure(const std::filesystem::path& where, int producers, double seconds, bool retire) {
  const sluice::journal::TemporaryFolder folder(where);
  std::vector<double> waits;
  double elapsed = 0;
  {
    Subject subject(folder.path());
    std::mutex mutex;
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    const auto begin = Steady::now();
    const auto end = begin + std::chrono::duration<double>(seconds);
    for (int t = 0; t < producers; ++t) {
      threads.emplace_back([&] {
        const std::string payload(kPayloadBytes, 'x');
        std::vector<double> mine;
        while (Steady::now() < end) {
          const std::string document = "https://example.com/page/" + std::to_string(next++);
          const auto sent = Steady::now();
          subject.append(document, payload, retire);
          mine.push_back(std::chrono::duration<double, std::milli>(Steady::now() - sent).count());
        }
        const std::scoped_lock lock(mutex);
        waits.insert(waits.end(), mine.begin(), mine.end());
      });
    }
    for (auto& thread : threads) thread.join();
    elapsed = std::chrono::duration<double>(Steady::now() - begin).count();
  }
  std::sort(waits.begin(), waits.end());
  return {static_cast<double>(waits.size()) / elapsed, waits[waits.size() / 2],
          waits[waits.size() * 99 / 100]};
}

void keep_best(Measured& best, const Measured& measured) {
  if (measured.per_second > best.per_second) best = measured;
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2;
  const auto where = sluice::bench::place_of(count, arguments, 2);
  std::printf("%-18s %9s %22s %22s %6s\n", "10 kB pages", "producers", "bare /s (p50/p99 ms)",
              "sluice /s (p50/p99 ms)", "ratio");
  for (const bool retire : {false, true}) {
    for (const int producers : {1, 8, 32}) {
      Measured bare, whole;
      for (int round = 0; round < kRounds; ++round) {
        keep_best(bare, measure<BareJournal>(where, producers, seconds, retire));
        keep_best(whole, measure<WholeJournal>(where, producers, seconds, retire));
      }
      std::printf("%-18s %9d %8.0f (%.2f/%.2f) %8.0f (%.2f/%.2f) %6.2f\n",
                  retire ? "append and retire" : "append", producers, bare.per_second, bare.p50_ms,
                  bare.p99_ms, whole.per_second, whole.p50_ms, whole.p99_ms,
                  whole.per_second / bare.per_second);
      std::fflush(stdout);
    }
  }
  return 0;
}
