// The verbs that talk to a running host. Each function adds one subcommand, with its help; when the
// command line names it, its callback runs it and sets `exit_code`: 0 fine, 1 failed or no host
// there, 2 wrong usage, 78 a pipeline file that the host refuses.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::app {

// `app` and `exit_code` outlive the parsing.
void add_feed(CLI::App& app, int& exit_code);
void add_search(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_crawls(CLI::App& app, int& exit_code);
void add_dlq(CLI::App& app, int& exit_code);
void add_reload(CLI::App& app, int& exit_code);

}  // namespace sluice::app
