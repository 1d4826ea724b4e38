// The words of a command line around the verbs: `sluice help`, and verbs that there are not.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace sluice::app {

// What follows the program's name; `help run` as `run --help`.
std::vector<std::string> words_of(int argc, const char* const* argv);

// What is wrong with the word that stands where a verb should, after a parse; empty: nothing.
std::string unknown_verb(const CLI::App& app);

// A check of --set: path=value.
CLI::Validator is_setting(const std::string& example);

}  // namespace sluice::app
