// Where memory ends in the middle of a batch, each of its records gets a verdict with a sentence,
// and the next batch is delivered. `sluice verify` tries the same without the services of the
// plugins; here they answer, so that every way to the end of a batch is tried.
#include "fakes/qdrant/fake_qdrant.hpp"
#include "fakes/tei/fake_tei.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "verify/starving.hpp"

#include <gtest/gtest.h>
#include <sluice/testing.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};  // of a service to be trusted again
// The first allocations of a batch one by one, the later ones in steps.
constexpr uint64_t kEach = 400;

const sluice_descriptor& descriptor_of(const std::string& plugin) {
  const std::string file = std::string(SLUICE_PLUGIN_FOLDER) + "/" + plugin + ".so";
  void* const image = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  EXPECT_NE(image, nullptr) << dlerror();
  const auto entry = reinterpret_cast<sluice_plugin_entry_fn>(dlsym(image, SLUICE_ENTRY_SYMBOL));
  return *entry(SLUICE_ABI_MINOR)->descriptors[0];
}

Page chunk(const std::string& id, uint32_t ordinal, std::string text) {
  Page page{.id = id, .text = text};
  page.meta = {{"title", "Tea"},
               {"domain", "example.org"},
               {"is_mobile", true},
               {"scraped_at", Value::time(1'700'000'000'000'000'000)},
               {"tags", Value::json(R"(["green","black"])")}};
  Page chunk = chunk_of(page, ordinal, std::move(text));
  chunk.vectors["dense"] = {0.6F, 0.8F, 0, 0};
  return chunk;
}

bool is_delivered(const Outcome& out) {
  return out.is_completed &&
         std::all_of(out.records.begin(), out.records.end(), [](const Settled& record) {
           return record.verdict == SLUICE_OK || record.verdict == SLUICE_DROPPED;
         });
}

// A stage whose requests go to the fakes, over real HTTP.
class Starved {
 public:
  Starved(const std::string& plugin, const std::string& settings)
      : descriptor_(descriptor_of(plugin)),
        stage_(settings, descriptor_, {.clock = Loop::Clock::kReal}) {
    stage_.host().set_far_end([this](const HttpCall& call) {
      net::ClientRequest request{.method = call.method, .url = call.url, .body = call.body};
      for (const auto& [name, value] : call.headers) request.headers.push_back({name, value});
      const net::ClientResponse answer = client_.fetch(std::move(request));
      return HttpReply{.status = answer.status, .body = answer.body};
    });
  }

  // Different texts each time, so that a sink has something to do.
  std::vector<Page> pages() {
    const std::string mark = std::to_string(++batches_);
    return {chunk("tea", 0, "green tea " + mark),
            chunk("tea", 1, "black tea " + mark),
            chunk("page" + mark, 0, "a page of its own"),
            {.id = "page" + std::to_string(batches_ - 1), .op = SLUICE_DELETE}};
  }

  void starve() {
    ASSERT_EQ(stage_.start(), "");
    ASSERT_TRUE(works_again()) << "with all the memory there is";
    ASSERT_TRUE(verify::watch_allocations(&descriptor_));
    for (uint64_t nth = 1;; nth += nth < kEach ? 1 : nth / 8) {
      const std::vector<Page> batch = pages();
      verify::fail_allocation(nth);
      const Outcome out = stage_.run(batch);
      const uint64_t made = verify::allocations();
      verify::fail_allocation(0);
      ASSERT_TRUE(out.is_completed) << nth;
      for (const Settled& record : out.records) {
        const bool is_clear = record.verdict == SLUICE_OK || record.verdict == SLUICE_DROPPED ||
                              record.verdict == SLUICE_E_AGAIN ||
                              record.verdict == SLUICE_E_RETRY || record.verdict == SLUICE_E_REJECT;
        EXPECT_TRUE(is_clear) << "allocation " << nth << ": " << record.verdict << record.why;
        EXPECT_TRUE(record.verdict >= SLUICE_OK || !record.why.empty()) << "allocation " << nth;
      }
      ASSERT_TRUE(works_again()) << "after allocation " << nth;
      if (made < nth) break;
    }
    EXPECT_EQ(stage_.finish(), "");
  }
  Stage& stage() { return stage_; }

 private:
  bool works_again() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
      if (is_delivered(stage_.run(pages()))) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // a service may have a pause
    }
    return false;
  }

  net::EventLoop loop_{1};
  net::Client client_{loop_};
  const sluice_descriptor& descriptor_;
  Stage stage_;
  int batches_ = 0;
};

TEST(Memory, TheKeywordIndexGoesOnWhereMemoryEnds) { Starved("bm25-sink", "{}").starve(); }

TEST(Memory, TheVectorIndexGoesOnWhereMemoryEnds) { Starved("local-vectors", "{}").starve(); }

TEST(Memory, TheQdrantSinkGoesOnWhereMemoryEnds) {
  const fakes::FakeQdrant qdrant;
  Starved("qdrant-sink", R"({"collection":"docs","url":")" + qdrant.url() + "\"}").starve();
}

TEST(Memory, TheEmbedderGoesOnWhereMemoryEnds) {
  const fakes::FakeTei tei({.dimension = 4});
  Starved("tei-embedder", R"({"url":")" + tei.url() + "\"}").starve();
}

TEST(Memory, ChunkerAndHashEmbedderGoOnWhereMemoryEnds) {
  Starved("chunker", "{}").starve();
  Starved("hash-embedder", "{}").starve();
  Starved("language-filter", R"({"allowed":["en"]})").starve();
}

}  // namespace
}  // namespace sluice::testing
