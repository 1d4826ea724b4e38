#include "app/choice.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace sluice::app {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

}  // namespace

void add_choice(CLI::App& verb, const Choice& choice,
                std::function<void(const std::string&)> take) {
  const auto check = [words = choice.words](const std::string& word) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
    return "it is one of " + joined(words, ", ") + ", not " + config::in_quotes(word) +
           config::did_you_mean(word, words);
  };
  verb.add_option_function<std::string>(choice.option, std::move(take), choice.help)
      ->check(CLI::Validator(check, ""))
      ->option_text(joined(choice.words, "|") + " [" + choice.usual + "]");
}

void add_output_choice(CLI::App& verb, std::function<void(const std::string&)> take) {
  add_choice(verb, {"--output", {"text", "json"}, "text", "text for people, json for programs"},
             std::move(take));
}

}  // namespace sluice::app
