// Headings, paragraphs, code and tables, in languages with and without spaces.
#include "support/pages.hpp"

#include <array>
#include <map>
#include <utility>

namespace sluice::testing {
namespace {

using Words = std::array<const char*, 16>;

const Words& words_of(const std::string& language) {
  static const std::map<std::string, Words> kWords = {
      {"en",
       {"river", "lantern", "harbour", "meadow", "engine", "copper", "window", "signal", "winter",
        "garden", "ladder", "market", "bridge", "canvas", "pepper", "thunder"}},
      {"de",
       {"Brücke", "Fluss", "Laterne", "Wiese", "Kupfer", "Fenster", "Größe", "Winter", "Garten",
        "Leiter", "Markt", "Straße", "Donner", "Pfeffer", "Übung", "Hafen"}},
      {"fr",
       {"rivière", "lanterne", "port", "prairie", "moteur", "cuivre", "fenêtre", "hiver", "jardin",
        "échelle", "marché", "pont", "toile", "poivre", "tonnerre", "été"}},
      {"zh",
       {"河流", "灯笼", "港口", "草地", "引擎", "铜", "窗户", "信号", "冬天", "花园", "梯子",
        "市场", "桥", "画布", "胡椒", "雷声"}}};
  return kWords.at(language);
}

constexpr std::array kLanguages = {"en", "de", "fr", "zh"};

}  // namespace

PageMaker::PageMaker(std::string name, uint64_t seed) : name_(std::move(name)), random_(seed) {}

std::string PageMaker::sentence(const std::string& language) {
  const Words& words = words_of(language);
  const bool has_spaces = language != "zh";
  std::string text;
  const std::size_t count = 6 + random_() % 9;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0 && has_spaces) text += ' ';
    text += words.at(random_() % words.size());
  }
  return text + (has_spaces ? ". " : "。");
}

std::string PageMaker::prose(std::size_t sentences, const std::string& language) {
  std::string text;
  for (std::size_t i = 0; i < sentences; ++i) text += sentence(language);
  return text;
}

std::string PageMaker::code() {
  const std::string number = std::to_string(random_() % 1000);
  return "```cpp\nint answer() {\n  return " + number + ";\n}\n```\n\n";
}

TestPage PageMaker::make() {
  const std::string number = std::to_string(made_);
  TestPage page;
  page.language = kLanguages.at(made_ % kLanguages.size());
  page.word = "w" + name_ + number + "q";
  page.url = "https://" + name_ + ".example/page/" + number;
  page.title = "Page " + number + " of " + name_;
  page.markdown = "# " + page.title + "\n\n" + prose(3, page.language) + page.word + ".\n\n";
  for (std::size_t section = 1 + random_() % 3; section > 0; --section) {
    page.markdown += "## Section " + std::to_string(section) + "\n\n";
    page.markdown += prose(4 + random_() % 8, page.language) + "\n\n" + code();
  }
  page.markdown += "| name | value |\n|---|---|\n| a | 1 |\n";
  ++made_;
  return page;
}

std::vector<TestPage> PageMaker::make(std::size_t count) {
  std::vector<TestPage> pages;
  for (std::size_t i = 0; i < count; ++i) pages.push_back(make());
  return pages;
}

}  // namespace sluice::testing
