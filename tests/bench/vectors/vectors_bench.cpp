// local-vectors beside a naive loop in floats: inserts, start, searches alone and during writes.
#include "vector_index.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace local_vectors {
namespace {

constexpr std::size_t kBatch = 80;  // as the pipeline's default
constexpr std::size_t kQueries = 300;
constexpr std::size_t kLimit = 10;
constexpr std::size_t kChunksPerDocument = 5;
constexpr std::size_t kLatent = 48;
constexpr std::size_t kClusters = 200;

using Seconds = std::chrono::duration<double>;

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

// Points in clusters of a space of few dimensions, seen through a random projection, with noise.
class Embeddings {
 public:
  explicit Embeddings(std::size_t dimension) : dimension_(dimension) {
    projection_ = normal(kLatent * dimension, 1);
    centres_ = normal(kClusters * kLatent, 1);
  }

  std::vector<float> next() {
    const std::size_t cluster = random_() % kClusters;
    std::vector<float> latent = normal(kLatent, 0.6F);
    for (std::size_t l = 0; l < kLatent; ++l) latent[l] += centres_[cluster * kLatent + l];
    std::vector<float> out = normal(dimension_, 1.5F);
    for (std::size_t l = 0; l < kLatent; ++l)
      for (std::size_t d = 0; d < dimension_; ++d)
        out[d] += latent[l] * projection_[l * dimension_ + d];
    return *unit_vector(out);
  }

 private:
  std::vector<float> normal(std::size_t count, float spread) {
    std::normal_distribution<float> distribution(0, spread);
    std::vector<float> out(count);
    for (float& value : out) value = distribution(random_);
    return out;
  }

  const std::size_t dimension_;
  std::mt19937 random_{42};
  std::vector<float> projection_;
  std::vector<float> centres_;
};

struct Corpus {
  std::size_t dimension = 0;
  std::vector<float> floats;  // row after row
  std::vector<std::string> documents;

  std::size_t chunks() const { return floats.size() / dimension; }
  std::span<const float> row(std::size_t i) const {
    return std::span(floats).subspan(i * dimension, dimension);
  }
  const std::string& document(std::size_t i) const { return documents[i / kChunksPerDocument]; }
};

// The obvious search: every score, best chunk of each document, the first ten.
std::vector<std::string> naive_search(const Corpus& corpus, std::span<const float> query) {
  std::vector<std::pair<float, std::size_t>> best(corpus.documents.size(), {-2.0F, 0});
  for (std::size_t i = 0; i < corpus.chunks(); ++i) {
    const float* row = corpus.floats.data() + i * corpus.dimension;
    float score = 0;
    for (std::size_t d = 0; d < corpus.dimension; ++d) score += query[d] * row[d];
    const std::size_t document = i / kChunksPerDocument;
    best[document] = std::max(best[document], std::pair{score, document});
  }
  std::partial_sort(best.begin(), best.begin() + kLimit, best.end(), std::greater<>());
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < kLimit; ++i) ids.push_back(corpus.documents[best[i].second]);
  return ids;
}

// Milliseconds of this thread's processor time so far: what a busy machine does not distort.
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Milliseconds of each query, and of processor time on average.
struct Times {
  std::vector<double> all;
  double cpu = 0;

  double at(double share) {
    std::sort(all.begin(), all.end());
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(all.size()));
    return all[std::min(all.size() - 1, rank)];
  }
};

Times each_query(std::size_t count, const std::function<void(std::size_t)>& search) {
  Times times;
  const double before = cpu_ms();
  for (std::size_t i = 0; i < count; ++i)
    times.all.push_back(1000 * seconds_of([&] { search(i); }));
  times.cpu = (cpu_ms() - before) / static_cast<double>(count);
  return times;
}

std::vector<Change> batch_of(const Corpus& corpus, std::size_t first) {
  static const std::string text(1000, 't');  // about what a chunk has
  std::vector<Change> changes;
  for (std::size_t i = first; i < std::min(first + kBatch, corpus.chunks()); ++i) {
    Change change;
    change.document_id = corpus.document(i);
    change.ordinal = static_cast<std::uint32_t>(i % kChunksPerDocument);
    change.vector = corpus.row(i);
    change.text = text;
    change.metadata = R"({"title":"A title","url":"https://site.example/page"})";
    change.attributes[1] = i / kChunksPerDocument % 10 == 0 ? "de" : "en";
    changes.push_back(change);
  }
  return changes;
}

double resident_mib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

void print_times(const char* what, Times times, double naive_cpu) {
  std::printf("%-44s %9.2f %9.2f %9.2f %9.1fx\n", what, times.at(0.5), times.at(0.99), times.cpu,
              naive_cpu / times.cpu);
}

class Benchmark {
 public:
  Benchmark(std::size_t chunks, std::size_t dimension) {
    Embeddings embeddings(dimension);
    corpus_.dimension = dimension;
    for (std::size_t i = 0; i < chunks; ++i) {
      const std::vector<float> vector = embeddings.next();
      corpus_.floats.insert(corpus_.floats.end(), vector.begin(), vector.end());
      if (i % kChunksPerDocument == 0)
        corpus_.documents.push_back("https://site.example/page/" + std::to_string(i));
    }
    for (std::size_t i = 0; i < kQueries; ++i) queries_.push_back(embeddings.next());
  }

  void run(const std::filesystem::path& file) {
    std::printf("%zu chunks of %zu dimensions, %zu documents, %zu queries\n\n", corpus_.chunks(),
                corpus_.dimension, corpus_.documents.size(), kQueries);
    insert(file);
    start(file);
    searches();
    search_during_writes();
  }

 private:
  void insert(const std::filesystem::path& file) {
    VectorIndex index({.file = file});
    const double seconds = seconds_of([&] {
      for (std::size_t first = 0; first < corpus_.chunks(); first += kBatch)
        index.apply(batch_of(corpus_, first));
    });
    std::printf("insert, durable, batches of %zu: %.0f chunks/s\n", kBatch,
                static_cast<double>(corpus_.chunks()) / seconds);
  }

  void start(const std::filesystem::path& file) {
    malloc_trim(0);  // what insert has freed would hide what start takes
    const double before = resident_mib();
    const double seconds =
        seconds_of([&] { index_ = std::make_unique<VectorIndex>(IndexSettings{.file = file}); });
    std::printf("start: %.2f s, %.0f MiB more resident (floats: %.0f MiB)\n\n", seconds,
                resident_mib() - before,
                static_cast<double>(corpus_.floats.size() * sizeof(float)) / (1 << 20));
  }

  Found search(std::size_t query, std::size_t limit, const Filter& filter) const {
    return std::get<Found>(
        index_->search({.vector = queries_[query], .limit = limit, .filter = filter}));
  }

  void searches() {
    std::vector<std::vector<std::string>> expected;
    Times naive = each_query(kQueries / 5, [&](std::size_t i) {
      expected.push_back(naive_search(corpus_, queries_[i]));
    });
    naive_cpu_ = naive.cpu;
    std::size_t same = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (const Hit& hit : search(i, kLimit, {}).hits)
        same += std::count(expected[i].begin(), expected[i].end(), hit.document_id) > 0 ? 1U : 0U;
    }
    Filter german;
    german.any_of[1] = {"de"};
    std::printf("%-44s %9s %9s %9s %10s\n", "milliseconds", "p50", "p99", "CPU", "CPU ratio");
    print_times("naive loop in floats, 10 best", naive, naive_cpu_);
    print_times("search, 10 best", each_query(kQueries, [&](auto i) { search(i, 10, {}); }),
                naive_cpu_);
    print_times("search, 100 best", each_query(kQueries, [&](auto i) { search(i, 100, {}); }),
                naive_cpu_);
    print_times("search, 10 best, filter that passes a tenth",
                each_query(kQueries, [&](auto i) { search(i, 10, german); }), naive_cpu_);
    print_times("search, 10,100 best",
                each_query(kQueries / 20, [&](auto i) { search(i, 10'100, {}); }), naive_cpu_);
    recall_ = static_cast<double>(same) / static_cast<double>(expected.size() * kLimit);
  }

  void search_during_writes() {
    std::atomic<bool> is_over = false;
    std::thread writer([&] {
      for (std::size_t first = 0; !is_over; first = (first + kBatch) % corpus_.chunks())
        index_->apply(batch_of(corpus_, first));
    });
    print_times("search, 10 best, while writing flat out",
                each_query(kQueries, [&](auto i) { search(i, 10, {}); }), naive_cpu_);
    is_over = true;
    writer.join();
    std::printf("\nrecall@10 against the naive loop: %.4f\n", recall_);
  }

  Corpus corpus_;
  std::vector<std::vector<float>> queries_;
  std::unique_ptr<VectorIndex> index_;
  double naive_cpu_ = 0;
  double recall_ = 0;
};

}  // namespace
}  // namespace local_vectors

int main(int argc, char** argv) {
  const std::size_t chunks = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const std::size_t dimension = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 384;
  if (chunks < 100 || dimension < 1 || dimension > local_vectors::kMaxDimension) {
    std::fprintf(stderr, "usage: bench_vectors [chunks, 100 or more] [dimension, 1 to 8192]\n");
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "bench-vectors-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror("bench_vectors: no temporary folder");
    return 1;
  }
  local_vectors::Benchmark(chunks, dimension).run(std::filesystem::path(folder) / "vectors.sqlite");
  std::filesystem::remove_all(folder);
  return 0;
}
