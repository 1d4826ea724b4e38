#include "verify/pages.hpp"

#include <utility>

namespace sluice::verify {
namespace {

const char* const kWords[] = {"green", "tea",         "is",     "not",    "# Heading\n\n",
                              "a",     "\n\n",        "Wasser", "`code`", "\xC3\xA9t\xC3\xA9",
                              ".",     "| a | b |\n", "the",    "kettle", "\xF0\x9F\x98\x80"};

}  // namespace

testing::Page page(const std::string& id, std::string text) {
  testing::Page made{.id = id, .text = std::move(text)};
  made.group = "verify";
  made.meta = {{"url", id}, {"title", "A page"}, {"language", "en"}, {"is_mobile", false}};
  made.vectors["dense"].assign(kVectorSize, 0.25F);
  return made;
}

std::vector<testing::Page> hostile_pages() {
  constexpr std::size_t kLong = std::size_t{10} << 20U;
  std::string prose;
  prose.reserve(kLong + 64);
  while (prose.size() < kLong) prose += "All work and no play makes Jack a dull boy.\n\n";
  std::vector<testing::Page> pages = {page("https://example.org/empty", ""),
                                      page("https://example.org/blank", " \t\n\r "),
                                      page("https://example.org/long", std::move(prose)),
                                      page("https://example.org/word", std::string(100000, 'x')),
                                      page("https://example.org/bytes", "\xFF\xFE\xC0\x80\xED\xA0"),
                                      page("https://example.org/cut", "caf\xC3"),
                                      page("https://example.org/zeros", std::string("a\0b\0", 4)),
                                      page("https://example.org/same", "once"),
                                      page("https://example.org/same", "twice"),
                                      page(std::string(5000, 'i'), "an id of 5000 letters")};
  pages.back().meta.clear();
  pages.back().vectors.clear();
  return pages;
}

std::vector<testing::Page> random_pages(std::mt19937_64& random, std::size_t count) {
  std::vector<testing::Page> pages;
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (std::size_t words = below(60); words > 0; --words)
      text += std::string(kWords[below(std::size(kWords))]) + " ";
    testing::Page made = page("https://example.org/" + std::to_string(below(50)), std::move(text));
    for (float& value : made.vectors["dense"]) value = static_cast<float>(below(1000)) / 1000.0F;
    const std::size_t kind = below(10);
    if (kind == 0) {
      made.op = SLUICE_DELETE;
      made.text.clear();
    } else if (kind == 1) {
      made.op = SLUICE_TRIM;
      made.chunk_count = static_cast<uint32_t>(below(4));
      made.text.clear();
    } else if (kind < 6) {
      made = testing::chunk_of(made, static_cast<uint32_t>(below(4)), made.text);
      made.vectors["dense"].assign(kVectorSize, static_cast<float>(below(1000)) / 1000.0F);
    }
    pages.push_back(std::move(made));
  }
  return pages;
}

}  // namespace sluice::verify
