// Searches, batches and snapshots at the same time; run it under ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "agreement.hpp"
#include "index/fair_mutex.hpp"
#include "index/keyword_index.hpp"
#include "scratch_folder.hpp"

namespace bm25 {
namespace {

TEST(Threads, SearchWriteAndSaveSideBySide) {
  const ScratchFolder folder;
  KeywordIndex index(folder.path(), Settings());
  ReferenceIndex reference;
  std::atomic<bool> is_done = false;
  std::atomic<int> searches = 0;
  std::vector<std::thread> threads;
  for (std::uint32_t seed : {21U, 22U}) {
    threads.emplace_back([&, seed] {
      RandomPages pages(seed);
      while (!is_done) {
        const auto result =
            index.search({.query = pages.words(3), .filter = pages.filter(), .limit = 20});
        EXPECT_LE(result.hits.size(), result.total);
        ++searches;
      }
    });
  }
  threads.emplace_back([&] {
    while (!is_done) index.save();
  });
  RandomPages pages(23);
  for (int i = 0; i < 150; ++i) {
    const std::vector<Write> batch = pages.batch(40);
    EXPECT_FALSE(index.write(batch));
    apply_batch(reference, batch);
  }
  is_done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(searches, 0);
  expect_agreement(index, reference, pages, 30);
}

TEST(Threads, TwoWritersLeaveWhatBothWrote) {
  const ScratchFolder folder;
  KeywordIndex index(folder.path(), Settings());
  std::vector<std::thread> threads;
  for (const std::string name : {"a", "b", "c"}) {
    threads.emplace_back([&, name] {
      for (std::uint32_t i = 0; i < 100; ++i) {
        Write write;
        write.chunk.document = name + std::to_string(i % 50);
        write.chunk.text = "apple " + name + " " + std::to_string(i);
        EXPECT_FALSE(index.write(std::vector{write}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(index.search({.query = "apple", .filter = {}, .limit = 10}).total, 150U);
  EXPECT_EQ(index.counts().chunks, 150U);
}

TEST(FairMutex, LetsAWriterInBetweenOverlappingReaders) {
  FairMutex mutex;
  std::atomic<bool> is_done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!is_done) {
        mutex.lock_shared();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        mutex.unlock_shared();
      }
    });
  }
  for (int i = 0; i < 20; ++i) {  // would not end if readers could overlap for ever
    mutex.lock();
    mutex.unlock();
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace bm25
