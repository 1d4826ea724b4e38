// Bytes a second of cutting made-up documentation, beside the floor: counting its lines with
// memchr.
#include "cut/cutter.hpp"
#include "tokens/approximate.hpp"
#include "tokens/wordpiece.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {

// Words of a made-up language whose frequencies fall off as those of real ones do.
std::vector<std::string> made_up_words() {
  constexpr std::size_t kWords = 20'000;
  std::mt19937 random(1);
  std::vector<std::string> words(kWords);
  for (std::string& word : words) {
    for (std::size_t syllables = 1 + random() % 4; syllables > 0; --syllables) {
      word += "bcdfghklmnprstvz"[random() % 16];
      word += "aeiou"[random() % 5];
    }
  }
  return words;
}

const std::string& page() {
  static const std::string made = [] {
    const std::vector<std::string> words = made_up_words();
    std::mt19937 random(2);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::string text;
    for (std::size_t n = 0; text.size() < (8U << 20U); ++n) {
      // rank = size^u: each decade of ranks is as likely as any other, which is Zipf's law
      text += words[static_cast<std::size_t>(
                        std::pow(static_cast<double>(words.size()), uniform(random))) -
                    1];
      text += n % 11 == 10 ? ". " : n % 97 == 96 ? "\n\n" : " ";
      if (n % 500 == 499) {
        text += "\n\n## Part\n\n";
      }
      if (n % 1500 == 1499) {
        text += "```sh\nsluice run pipeline.yaml --set a.b=1\n```\n\n";
      }
    }
    return text;
  }();
  return made;
}

// The made-up words' frequent half whole, and every letter: the rest falls apart into pieces.
chunker::Vocabulary vocabulary() {
  std::string lines = "[UNK]\n";
  const std::vector<std::string> words = made_up_words();
  for (std::size_t i = 0; i < words.size() / 2; ++i) {
    lines += words[i] + "\n##" + words[i].substr(0, 2) + "\n";
  }
  for (char c = 'a'; c <= 'z'; ++c) {
    lines += std::string{c} + "\n##" + c + "\n";
  }
  return std::get<chunker::Vocabulary>(chunker::Vocabulary::parse(lines));
}

void report(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page().size()));
}

void cut_all(benchmark::State& state, chunker::TokenCounter& counter) {
  for (auto _ : state) {
    std::size_t chunks = 0;
    chunker::Cutter(page(), {}, counter).run([&](const chunker::Chunk&) { ++chunks; });
    benchmark::DoNotOptimize(chunks);
  }
  report(state);
}

void BM_CountLines(benchmark::State& state) {
  for (auto _ : state) {
    std::size_t lines = 0;
    const char* at = page().data();
    const char* const end = at + page().size();
    while ((at = static_cast<const char*>(
                std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) != nullptr) {
      ++lines;
      ++at;
    }
    benchmark::DoNotOptimize(lines);
  }
  report(state);
}

void BM_ScanBlocks(benchmark::State& state) {
  for (auto _ : state) {
    chunker::BlockScanner scanner(page(), chunker::Strategy::kMarkdown);
    std::size_t blocks = 0;
    while (scanner.next()) {
      ++blocks;
    }
    benchmark::DoNotOptimize(blocks);
  }
  report(state);
}

void BM_CutApproximate(benchmark::State& state) {
  chunker::ApproximateCounter counter;
  cut_all(state, counter);
}

void BM_CutWordpiece(benchmark::State& state) {
  const chunker::Vocabulary pieces = vocabulary();
  chunker::WordpieceCounter counter(pieces);
  cut_all(state, counter);
}

BENCHMARK(BM_CountLines);
BENCHMARK(BM_ScanBlocks);
BENCHMARK(BM_CutApproximate);
BENCHMARK(BM_CutWordpiece);

}  // namespace

BENCHMARK_MAIN();
