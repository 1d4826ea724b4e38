// The keyword index against tuned SQLite FTS5 and against the engine it replaces, in one run on one
// made-up collection: bench_keyword [--output json] [SIZE...], by default 10000 and 100000 chunks.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "contenders.hpp"
#include "corpus.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

constexpr std::size_t kBatch = 80;  // what a pipeline sends
constexpr std::size_t kQueries = 200;
constexpr std::size_t kNaturalQueries = 40;  // FTS5 takes up to a second for one
constexpr std::size_t kOriginalQueries = 10;

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

struct Quantiles {
  double p50;
  double p99;
};

Quantiles quantiles(std::vector<double> times) {
  std::ranges::sort(times);
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

ordered_json to_json(const Quantiles& of) { return {{"p50_ms", of.p50}, {"p99_ms", of.p99}}; }

Quantiles measure(const std::vector<std::string>& queries,
                  const std::function<std::size_t(const std::string&)>& run) {
  std::vector<double> times;
  for (const std::string& query : queries) {
    const Clock::time_point start = Clock::now();
    run(query);
    times.push_back(milliseconds(Clock::now() - start));
  }
  return quantiles(times);
}

struct Queries {
  std::vector<std::string> content;
  std::vector<std::string> natural;
};

Queries make_queries(std::size_t count) {
  Queries out;
  bench::Corpus corpus(2);
  for (std::size_t i = 0; i < count; ++i) {
    out.content.push_back(corpus.content_query());
    if (i < kNaturalQueries) out.natural.push_back(corpus.natural_query());
  }
  return out;
}

std::vector<bench::Page> next_batch(bench::Corpus& corpus, std::size_t size) {
  std::vector<bench::Page> batch(size);
  for (bench::Page& page : batch) page = corpus.next();
  return batch;
}

// Of all threads of the process.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Inserts `size` chunks; counts the insertions alone, not the making of the corpus.
ordered_json fill(bench::Contender& contender, std::size_t size) {
  bench::Corpus corpus(1);
  Clock::duration spent{};
  double cpu = 0;
  Clock::duration first_tenth{};
  std::vector<double> batches;
  std::size_t bytes = 0;
  for (std::size_t done = 0; done < size; done += kBatch) {
    const auto batch = next_batch(corpus, std::min(kBatch, size - done));
    for (const bench::Page& page : batch) bytes += page.text.size();
    const double cpu_before = cpu_seconds();
    const Clock::time_point start = Clock::now();
    contender.insert(batch);
    const Clock::duration took = Clock::now() - start;
    cpu += cpu_seconds() - cpu_before;
    spent += took;
    if (done * 10 < size) first_tenth += took;
    batches.push_back(milliseconds(took));
  }
  const double seconds = milliseconds(spent) / 1'000;
  return {{"chunks_per_s", static_cast<double>(size) / seconds},
          {"cpu_us_per_chunk", cpu * 1e6 / static_cast<double>(size)},
          {"mb_per_s", static_cast<double>(bytes) / 1e6 / seconds},
          {"first_tenth_chunks_per_s",
           static_cast<double>(size) / 10 / (milliseconds(first_tenth) / 1'000)},
          {"batch_p99_ms", quantiles(batches).p99},
          {"text_bytes", bytes}};
}

ordered_json ask(bench::Contender& contender, const Queries& queries) {
  const auto rank = [&](const std::string& query) { return contender.rank(query); };
  const auto show = [&](const std::string& query) { return contender.show(query); };
  measure({queries.content.begin(), queries.content.begin() + 10}, rank);  // for the caches
  return {{"content", to_json(measure(queries.content, rank))},
          {"natural", to_json(measure(queries.natural, rank))},
          {"content_with_text_and_snippet", to_json(measure(queries.content, show))}};
}

// Searches of one thread while another indexes as fast as it can.
ordered_json ask_while_indexing(bench::Sluice& sluice, const Queries& queries) {
  const auto rank = [&](const std::string& query) { return sluice.rank(query); };
  const Quantiles idle = measure(queries.content, rank);
  std::atomic<bool> is_done = false;
  std::atomic<std::size_t> inserted = 0;
  const Clock::time_point start = Clock::now();
  std::thread writer([&] {
    bench::Corpus corpus(3);
    while (!is_done) {
      auto batch = next_batch(corpus, kBatch);
      for (bench::Page& page : batch) page.document += "-new";
      sluice.insert(batch);
      inserted += batch.size();
    }
  });
  std::vector<double> times;
  for (int round = 0; round < 10; ++round) {
    for (const std::string& query : queries.content) {
      const Clock::time_point begin = Clock::now();
      rank(query);
      times.push_back(milliseconds(Clock::now() - begin));
    }
  }
  is_done = true;
  writer.join();
  const double seconds = milliseconds(Clock::now() - start) / 1'000;
  const Quantiles busy = quantiles(times);
  return {{"idle", to_json(idle)},
          {"busy", to_json(busy)},
          {"p99_ratio", busy.p99 / idle.p99},
          {"writer_chunks_per_s", static_cast<double>(inserted) / seconds}};
}

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Opens the index and tells how long that took and what it keeps in memory. Runs in a process of
// its own, so that nothing else is in the figures.
int report_start(const std::filesystem::path& folder) {
  const std::size_t before = resident_bytes();
  const Clock::time_point begin = Clock::now();
  const bench::Sluice sluice(folder);
  const double took = milliseconds(Clock::now() - begin);
  std::cout << ordered_json{{"ms", took}, {"resident_bytes", resident_bytes() - before}} << '\n';
  return EXIT_SUCCESS;
}

ordered_json start(const std::filesystem::path& folder) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string command = "'" + self + "' --start '" + folder.string() + "'";
  FILE* child = ::popen(command.c_str(), "r");
  if (child == nullptr) throw std::runtime_error("cannot run " + command);
  std::string line(200, '\0');
  line.resize(std::fread(line.data(), 1, line.size(), child));
  ::pclose(child);
  return ordered_json::parse(line);
}

ordered_json run_sluice(const std::filesystem::path& folder, std::size_t size,
                        const Queries& queries) {
  ordered_json out;
  {
    bench::Sluice sluice(folder);
    out["insert"] = fill(sluice, size);
    out["search"] = ask(sluice, queries);
  }
  out["start_with_snapshot"] = start(folder);
  std::filesystem::remove(folder / "keyword.snapshot");
  out["start_without_snapshot"] = start(folder);
  bench::Sluice sluice(folder);
  out["while_indexing"] = ask_while_indexing(sluice, queries);
  return out;
}

ordered_json run_original(std::size_t size) {
  bench::Original original;
  bench::Corpus corpus(1);
  original.add(next_batch(corpus, size));
  const auto batch = next_batch(corpus, kBatch);
  const double cpu_before = cpu_seconds();
  const Clock::time_point begin = Clock::now();
  original.insert(batch);
  const double cpu = cpu_seconds() - cpu_before;
  const double took = milliseconds(Clock::now() - begin) / 1'000;
  const Queries queries = make_queries(kOriginalQueries);
  return {{"insert", {{"chunks_per_s", kBatch / took}, {"cpu_us_per_chunk", cpu * 1e6 / kBatch}}},
          {"search", ask(original, queries)}};
}

double at(const ordered_json& json, const char* pointer) {
  return json.at(ordered_json::json_pointer(pointer)).get<double>();
}

void print(const ordered_json& result) {
  const ordered_json& own = result.at("sluice");
  const ordered_json& fts5 = result.at("fts5");
  const ordered_json& original = result.at("original");
  std::printf("\n%zu chunks, %.0f MB of text\n", result.at("chunks").get<std::size_t>(),
              at(own, "/insert/text_bytes") / 1e6);
  std::printf("%-34s %12s %12s %12s %10s\n", "", "sluice", "fts5", "original", "vs fts5");
  const auto row = [&](const char* label, const char* pointer, bool is_rate) {
    const double mine = at(own, pointer);
    const double theirs = at(fts5, pointer);
    std::printf("%-34s %12.3f %12.3f %12.3f %9.1fx\n", label, mine, theirs, at(original, pointer),
                is_rate ? mine / theirs : theirs / mine);
  };
  row("insert, chunks/s", "/insert/chunks_per_s", true);
  row("insert, CPU us/chunk", "/insert/cpu_us_per_chunk", false);
  row("query, 1-5 words, p50 ms", "/search/content/p50_ms", false);
  row("query, 1-5 words, p99 ms", "/search/content/p99_ms", false);
  row("query, 6 words, 3 common, p50 ms", "/search/natural/p50_ms", false);
  row("with text and snippet, p50 ms", "/search/content_with_text_and_snippet/p50_ms", false);
  std::printf("insert: batch p99 %.1f ms (fts5 %.1f); first tenth %.0f chunks/s\n",
              at(own, "/insert/batch_p99_ms"), at(fts5, "/insert/batch_p99_ms"),
              at(own, "/insert/first_tenth_chunks_per_s"));
  std::printf("search while indexing: p99 %.3f ms, idle %.3f ms (%.1fx), writer %.0f chunks/s\n",
              at(own, "/while_indexing/busy/p99_ms"), at(own, "/while_indexing/idle/p99_ms"),
              at(own, "/while_indexing/p99_ratio"), at(own, "/while_indexing/writer_chunks_per_s"));
  std::printf("start: %.0f ms with snapshot, %.0f ms without; resident %.0f MB, %.2f of the text\n",
              at(own, "/start_with_snapshot/ms"), at(own, "/start_without_snapshot/ms"),
              at(own, "/start_with_snapshot/resident_bytes") / 1e6,
              at(own, "/start_with_snapshot/resident_bytes") / at(own, "/insert/text_bytes"));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes;
  bool wants_json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--start" && i + 1 < argc) {
      return report_start(argv[i + 1]);
    }
    if (argument == "--output" && i + 1 < argc) {
      wants_json = std::string(argv[++i]) == "json";
    } else {
      sizes.push_back(std::strtoul(argument.c_str(), nullptr, 10));
    }
  }
  if (sizes.empty()) sizes = {10'000, 100'000};
  const auto scratch =
      std::filesystem::temp_directory_path() / ("bench-keyword-" + std::to_string(::getpid()));
  ordered_json results = ordered_json::array();
  for (const std::size_t size : sizes) {
    std::filesystem::create_directories(scratch);
    const Queries queries = make_queries(kQueries);
    ordered_json result{{"chunks", size}};
    result["sluice"] = run_sluice(scratch / "sluice", size, queries);
    std::cerr << "sluice " << result["sluice"] << '\n';
    {
      bench::Fts5 fts5(scratch / "fts5.db");
      result["fts5"]["insert"] = fill(fts5, size);
      result["fts5"]["search"] = ask(fts5, queries);
    }
    std::cerr << "fts5 " << result["fts5"] << '\n';
    std::filesystem::remove_all(scratch);
    result["original"] = run_original(size);
    if (!wants_json) print(result);
    results.push_back(std::move(result));
  }
  if (wants_json) std::cout << results.dump(2) << '\n';
}
