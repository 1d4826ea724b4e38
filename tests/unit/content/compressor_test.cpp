// Packing and unpacking.
#include "content/compressor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace sluice::content {
namespace {

constexpr std::size_t kMost = 1 << 20;

TEST(Compressor, GivesBackWhatItTook) {
  Compressor compressor;
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(100'000, 'x'), std::string("\0\xff\0", 3)}) {
    const auto back = Compressor::unpack(compressor.pack(text), kMost);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, text);
  }
}

TEST(Compressor, MakesTextSmaller) {
  Compressor compressor;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "sentence number " + std::to_string(i) + " of the page. ";
  EXPECT_LT(compressor.pack(text).size(), text.size() / 3);
}

TEST(Compressor, SaysWhenBytesAreDamaged) {
  Compressor compressor;
  const std::string packed = compressor.pack(std::string(5000, 'x') + "end");
  EXPECT_FALSE(Compressor::unpack("", kMost));
  EXPECT_FALSE(Compressor::unpack("no zstd at all", kMost));
  EXPECT_FALSE(Compressor::unpack(packed.substr(0, packed.size() - 2), kMost));
  EXPECT_FALSE(Compressor::unpack(packed, 5000));  // would be 5003
}

TEST(Compressor, PacksOnSeveralThreads) {
  Compressor compressor;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string text(static_cast<std::size_t>(1000 + i), static_cast<char>('a' + t));
        const auto back = Compressor::unpack(compressor.pack(text), kMost);
        if (!back || *back != text) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace sluice::content
