#include "app/usage.hpp"

#include "config/wording.hpp"

#include <algorithm>

namespace sluice::app {

std::vector<std::string> words_of(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

std::string unknown_verb(const CLI::App& app) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  if (at->get_require_subcommand_min() == 0) return {};
  const auto words = at->remaining();
  const auto word = std::find_if(words.begin(), words.end(),
                                 [](const std::string& one) { return !one.starts_with('-'); });
  if (word == words.end()) return {};
  std::vector<std::string> verbs;
  for (const CLI::App* verb : at->get_subcommands({})) verbs.push_back(verb->get_name());
  return "there is no verb " + config::in_quotes(*word) + config::did_you_mean(*word, verbs) +
         "\n\"" + path + " --help\" lists them.";
}

CLI::Validator is_setting(const std::string& example) {
  const auto check = [example](const std::string& text) {
    const bool has_path = text.find('=') != std::string::npos && !text.starts_with('=');
    return has_path
               ? std::string()
               : "expected path=value, such as " + example + ", got " + config::in_quotes(text);
  };
  return {check, ""};
}

}  // namespace sluice::app
