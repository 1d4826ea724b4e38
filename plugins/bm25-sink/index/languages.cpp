#include "index/languages.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "index/tokenizer.hpp"
#include "index/unicode.hpp"

namespace bm25 {
namespace {

struct Entry {
  std::string_view tag;
  std::string_view stemmer;
  std::string_view function_words;  // folded; empty where the script tells
};

// Index 0 is kNoLanguage. The order is part of the snapshot format: append only.
constexpr std::array kLanguages = {
    Entry{"", "", ""},
    Entry{"en", "english", "the of and to in is that for with are this you from or be as on was"},
    Entry{"de", "german", "der die und das ist nicht von mit den ein eine zu auf dem sich wird"},
    Entry{"fr", "french", "le la les des est et une dans que pour qui sur pas du au avec ce"},
    Entry{"es", "spanish", "el la los las de que en por una con para del es se como y su"},
    Entry{"pt", "portuguese", "o os que de uma com para nao do da em no na por se e ao"},
    Entry{"it", "italian", "il di che la per una non con del della sono le gli nel e un"},
    Entry{"nl", "dutch", "de het een van en is dat op te voor met niet zijn aan ook"},
    Entry{"sv", "swedish", "och att det som en pa av for med den inte ar till ett kan"},
    Entry{"da", "danish", "og at det er en til pa af for med den ikke som et kan"},
    Entry{"no", "norwegian", "og det er en til pa av for med den ikke som et kan seg"},
    Entry{"fi", "finnish", "ja on ei se etta oli mutta joka ovat myos tai kun sen"},
    Entry{"hu", "hungarian", "a az es hogy nem egy is meg van ez vagy csak de"},
    Entry{"ro", "romanian", "si de la nu este cu un care din pe sa o ale prin"},
    Entry{"tr", "turkish", "ve bir bu da de ile icin olarak daha cok olan gibi ne"},
    Entry{"id", "indonesian", "yang dan di dengan untuk ini itu dari pada tidak adalah akan"},
    Entry{"ca", "catalan", "el la els les de que i amb per una del no es dels"},
    Entry{"ru", "russian", ""},
    Entry{"el", "greek", ""},
    Entry{"ar", "arabic", ""},
    Entry{"hi", "hindi", ""},
    Entry{"ta", "tamil", ""},
    Entry{"hy", "armenian", ""},
    Entry{"ne", "nepali", ""},
    Entry{"sr", "serbian", ""},
    Entry{"eu", "basque", ""},
    Entry{"ga", "irish", ""},
    Entry{"lt", "lithuanian", ""},
    Entry{"yi", "yiddish", ""},
};

constexpr std::size_t kDetectBytes = 1024;  // about 150 words: enough for function words to tell
constexpr int kEnoughHits = 2;

Language by_tag(std::string_view tag) {
  const auto* const found = std::ranges::find(kLanguages, tag, &Entry::tag);
  return found == kLanguages.end() ? kNoLanguage
                                   : static_cast<Language>(found - kLanguages.begin());
}

using Voters = std::unordered_map<std::string_view, std::uint32_t>;  // word: a bit per language

const Voters& voters() {
  static const Voters table = [] {
    Voters words;
    for (std::size_t language = 0; language < kLanguages.size(); ++language) {
      const std::string_view list = kLanguages[language].function_words;
      for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        words[list.substr(at, end - at)] |= 1u << language;
        at = end + 1;
      }
    }
    return words;
  }();
  return table;
}

// The language that a script stands for when most letters are of it.
std::string_view tag_of_script(char32_t letter) {
  if (letter >= 0x0370 && letter < 0x0400) return "el";
  if (letter >= 0x0400 && letter < 0x0530) return "ru";
  if (letter >= 0x0530 && letter < 0x0590) return "hy";
  if (letter >= 0x0600 && letter < 0x0700) return "ar";
  if (letter >= 0x0900 && letter < 0x0980) return "hi";
  if (letter >= 0x0B80 && letter < 0x0C00) return "ta";
  return letter < 0x0250 ? "en" : "";
}

}  // namespace

std::size_t language_count() { return kLanguages.size(); }

std::string_view stemmer_name(Language language) { return kLanguages[language].stemmer; }

std::optional<Language> language_of_tag(std::string_view tag) {
  std::string primary;
  for (const char c : tag.substr(0, tag.find_first_of("-_"))) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower < 'a' || lower > 'z') return std::nullopt;
    primary.push_back(lower);
  }
  if (primary.size() < 2 || primary.size() > 3 || primary == "und" || primary == "mul") {
    return std::nullopt;
  }
  if (primary == "nb" || primary == "nn") {
    primary = "no";
  }
  return by_tag(primary);
}

Language detect_language(std::string_view text) {
  std::array<int, kLanguages.size()> hits{};
  std::unordered_map<std::string_view, int> scripts;
  Tokenizer(utf8_prefix(text, kDetectBytes)).each([&](const RawToken& token) {
    if (token.kind == TokenKind::kExact) return;
    const char32_t letter = decode(token.text, 0).value;
    ++scripts[tag_of_script(letter)];
    if (letter >= 0x0250 || token.text.size() > kMaxTermBytes) return;
    const auto vote = voters().find(fold(token.text));
    if (vote == voters().end()) return;
    for (std::size_t language = 0; language < hits.size(); ++language) {
      hits[language] += static_cast<int>((vote->second >> language) & 1u);
    }
  });
  const auto script = std::ranges::max_element(scripts, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  });
  if (script == scripts.end()) {
    return kNoLanguage;
  }
  const Language by_script = by_tag(script->first);
  if (script->first != "en") {
    return by_script;
  }
  const auto* const best = std::ranges::max_element(hits);
  return *best >= kEnoughHits ? static_cast<Language>(best - hits.begin()) : by_script;
}

}  // namespace bm25
