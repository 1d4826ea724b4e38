// Options that take one of a few words: the help lists them, and so does the message about another.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace sluice::app {

struct Choice {
  std::string option;  // "--output"
  std::vector<std::string> words;
  std::string usual;  // the word that is meant when none is given
  std::string help;
};

// `take` gets the word that was given, which is one of them.
void add_choice(CLI::App& verb, const Choice& choice, std::function<void(const std::string&)> take);

// --output text|json.
void add_output_choice(CLI::App& verb, std::function<void(const std::string&)> take);

}  // namespace sluice::app
