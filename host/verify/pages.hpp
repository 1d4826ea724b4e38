// Pages that stages are tried with.
#pragma once

#include <sluice/testing.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sluice::verify {

inline constexpr uint32_t kVectorSize = 8;  // of "dense" in every page, and of the fake embedder

// A page as any stage may get it: metadata and a vector "dense", so that sinks can keep it.
testing::Page page(const std::string& id, std::string text);

// Texts that break naive code: empty, 10 MB, not UTF-8, with zeros, one word of 100,000 letters.
std::vector<testing::Page> hostile_pages();

// `count` pages, all different, the same for the same seed. Some are deletions and trims.
std::vector<testing::Page> random_pages(std::mt19937_64& random, std::size_t count);

}  // namespace sluice::verify
