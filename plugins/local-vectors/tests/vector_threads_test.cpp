// VectorIndex under writers and searchers at once: nobody sees half a change, nothing goes missing.
#include "vector_index.hpp"

#include "sample.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace local_vectors {
namespace {

TEST(VectorThreads, ADocumentThatIsReplacedIsAlwaysFound) {
  constexpr std::size_t kDimension = 16;
  constexpr int kRounds = 150;
  const ScratchFolder scratch;
  VectorIndex index({.file = scratch / "vectors.sqlite"});
  std::mt19937 random(1);
  const std::vector<float> stays = random_vector(random, kDimension);
  Change first = put("stays", 0, stays);
  first.attributes[1] = "en";
  index.apply({&first, 1});

  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  // One writer replaces the document, another fills and empties slots around it.
  threads.emplace_back([&] {
    for (int i = 0; i < kRounds; ++i) {
      Change change = put("stays", 0, stays);
      const std::string text = "version " + std::to_string(i);
      const std::string crawl = std::to_string(i);
      change.text = text;
      change.attributes[1] = "en";
      change.attributes[4] = crawl;
      index.apply({&change, 1});
    }
    is_over = true;
  });
  threads.emplace_back([&] {
    std::mt19937 mine(2);
    for (int i = 0; !is_over; ++i) {
      const std::string id = std::to_string(i % 20);
      const std::vector<float> vector = random_vector(mine, kDimension);
      Change change =
          i % 3 == 2 ? remove_from(id, 0) : put(id, static_cast<std::uint32_t>(i % 7), vector);
      change.attributes[1] = "de";
      index.apply({&change, 1});
    }
  });
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      Filter english;
      english.any_of[1] = {"en"};
      while (!is_over) {
        const auto answer = index.search({.vector = stays, .limit = 5, .filter = english});
        const auto* found = std::get_if<Found>(&answer);
        ASSERT_NE(found, nullptr);
        ASSERT_EQ(found->hits.size(), 1U);
        ASSERT_EQ(found->hits[0].document_id, "stays");
        ASSERT_EQ(found->documents, 1U);
        const auto all = index.search({.vector = stays, .limit = 5, .filter = {}});
        ASSERT_EQ(std::get<Found>(all).hits.at(0).document_id, "stays");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace local_vectors
