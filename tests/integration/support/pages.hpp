// Made-up pages: seeded, so that a failure can be had again; each with a word of its own, so that a
// search can find exactly one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace sluice::testing {

struct TestPage {
  std::string url = {};
  std::string title = {};
  std::string markdown = {};
  std::string language = "en";
  std::string country = {};  // empty: none
  std::optional<bool> is_mobile = {};
  std::optional<int> status_code = 200;
  std::string word = {};  // of this page alone, in its text
};

class PageMaker final {
 public:
  // `name` is part of the urls and words: pages of two makers have nothing in common.
  explicit PageMaker(std::string name, uint64_t seed = 1);

  TestPage make();
  std::vector<TestPage> make(std::size_t count);
  // Some sentences about nothing.
  std::string prose(std::size_t sentences, const std::string& language = "en");

 private:
  std::string sentence(const std::string& language);
  std::string code();

  std::string name_;
  std::mt19937_64 random_;
  std::size_t made_ = 0;
};

}  // namespace sluice::testing
