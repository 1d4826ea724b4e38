// The command line of `sluice`: one subcommand a verb.
#include "app/choice.hpp"
#include "app/client_verbs.hpp"
#include "app/new_verb.hpp"
#include "app/terminal.hpp"
#include "app/usage.hpp"
#include "app/verbs.hpp"
#include "services/instance.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

namespace sluice::app {
namespace {

Output output_of(const std::string& word) { return word == "json" ? Output::kJson : Output::kText; }

void add_output(CLI::App& verb, Output& output) {
  add_output_choice(verb, [&output](const std::string& word) { output = output_of(word); });
}

void add_set(CLI::App& verb, std::vector<std::string>& overrides) {
  verb.add_option("--set", overrides, "Replace a value of the file: --set http.listen=127.0.0.1:0")
      ->allow_extra_args(false)
      ->check(is_setting("stages.embed.concurrency=4"));
}

void add_file(CLI::App& verb, FileOptions& options) {
  verb.add_option("FILE", options.file, "Pipeline file")->required();
  add_set(verb, options.overrides);
  add_output(verb, options.output);
}

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  auto* verb = app.add_subcommand("run", "Run a pipeline");
  add_file(*verb, *options);
  verb->add_option("--ready-file", options->ready_file,
                   "Write the base URL into this file once requests are welcome");
  add_choice(*verb,
             {"--log-level",
              {"debug", "info", "warn", "error"},
              options->log_level,
              "The least that is logged"},
             [options](const std::string& word) { options->log_level = word; });
  add_choice(*verb, {"--log-format", {"text", "json"}, "text", "Of the lines of the log"},
             [options](const std::string& word) { options->log_format = output_of(word); });
  verb->footer(
      "Example:\n  sluice run pipelines/local.yaml\n\nSIGTERM finishes what is in flight and exits "
      "0.");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

void add_check(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  auto* verb = app.add_subcommand(
      "check", "Say everything that is wrong with pipeline files; start nothing");
  verb->add_option("FILE", options->files, "Pipeline files")->required();
  verb->add_flag("--probe", options->reaches_services, "Also reach the services behind the stages");
  add_set(*verb, options->overrides);
  add_output(*verb, options->output);
  verb->footer("Exit code 78 and file:line:column for each finding when something is wrong.");
  verb->callback([options, &exit_code] { exit_code = check(*options); });
}

void add_explain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FileOptions>();
  auto* verb = app.add_subcommand(
      "explain", "Show a pipeline with every default filled in, and what its mode means");
  add_file(*verb, *options);
  verb->callback([options, &exit_code] { exit_code = explain(*options); });
}

void add_graph(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FileOptions>();
  auto drawing = std::make_shared<Drawing>(Drawing::kMermaid);
  auto* verb = app.add_subcommand("graph", "Draw a pipeline");
  add_file(*verb, *options);
  add_choice(*verb, {"--format", {"mermaid", "dot"}, "mermaid", "Of the drawing"},
             [drawing](const std::string& word) {
               *drawing = word == "dot" ? Drawing::kDot : Drawing::kMermaid;
             });
  verb->callback([options, drawing, &exit_code] { exit_code = graph(*options, *drawing); });
}

void add_plugins(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::vector<std::filesystem::path>>();
  auto output = std::make_shared<Output>(Output::kText);
  auto* verb = app.add_subcommand("plugins", "List the plugins that a pipeline could use");
  verb->add_option("--path", *path,
                   "Folders to look in, before SLUICE_PLUGIN_PATH and those around the executable");
  add_output(*verb, *output);
  verb->callback([path, output, &exit_code] { exit_code = plugins(*path, *output); });
}

void add_inspect(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<InspectOptions>();
  auto* verb = app.add_subcommand("inspect",
                                  "Show what a plugin file says about itself, without running it");
  verb->add_option("FILE", options->file, "A plugin, such as chunker.so")->required();
  verb->add_flag("--load", options->loads, "Load it as well: components, roles and settings");
  add_output(*verb, options->output);
  verb->callback([options, &exit_code] { exit_code = inspect(*options); });
}

void add_verify(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<VerifyOptions>();
  auto* verb = app.add_subcommand("verify", "Try everything on a plugin that a host expects of it");
  verb->add_option("FILE", options->file, "A plugin, such as chunker.so");
  verb->add_option("--only", options->only, "Only checks whose id matches: --only '^batch'");
  verb->add_option("--set", options->overrides, "A setting to try it with: --set url=http://h:1")
      ->allow_extra_args(false)
      ->check(is_setting("url=http://h:1"));
  verb->add_option("--seed", options->seed, "Of everything random")->default_str("1");
  verb->add_option("--walks", options->walks, "Random lives in life.walk")->default_str("1000");
  verb->add_option("--patience", options->patience,
                   "Times as long for each check: for sanitizers, slow machines")
      ->default_str("1")
      ->check(CLI::Range(1, 100));
  verb->add_option("--junit", options->junit, "Also write a JUnit report into this file");
  verb->add_flag("--in-process", options->is_in_process,
                 "Try it in this process, for a debugger: a crash ends it");
  verb->add_flag("--list", options->lists, "Show the checks there are");
  add_output(*verb, options->output);
  verb->footer("Exit code 1 when a check failed; warnings do not count.");
  verb->callback([options, &exit_code] {
    if (!options->lists && options->file.empty()) throw CLI::RequiredError("FILE");
    exit_code = verify(*options);
  });
}

void add_schema(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::vector<std::filesystem::path>>();
  auto form = std::make_shared<SchemaForm>(SchemaForm::kJson);
  auto* verb = app.add_subcommand(
      "schema", "Print the JSON Schema of the pipeline file, with every plugin's settings");
  verb->add_option("--path", *path,
                   "Folders to look in, before SLUICE_PLUGIN_PATH and those around the executable");
  add_choice(
      *verb,
      {"--output", {"json", "markdown"}, "json", "markdown: the plugins' settings as tables"},
      [form](const std::string& word) {
        *form = word == "markdown" ? SchemaForm::kMarkdown : SchemaForm::kJson;
      });
  verb->add_flag_callback(
      "--markdown", [form] { *form = SchemaForm::kMarkdown; }, "As --output markdown");
  verb->footer("For completion in an editor:\n  sluice schema > sluice.schema.json");
  verb->callback([path, form, &exit_code] { exit_code = schema(*path, *form); });
}

void add_new(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<NewOptions>();
  auto* verb = app.add_subcommand("new", "Begin a plugin: a project that builds, tests and runs");
  verb->add_option("KIND", options->kind, "source, transform, sink, dedupe or c")->required();
  verb->add_option("NAME", options->name, "Name of the plugin: lower-case, such as my-chunker")
      ->required();
  verb->add_option("--into", options->parent, "Make its folder in this one, not here");
  verb->add_option("--templates", options->templates,
                   "Where the templates of the SDK are: <prefix>/share/sluice/templates");
  verb->footer("Example:\n  sluice new transform shout");
  verb->callback([options, &exit_code] { exit_code = new_project(*options); });
}

int command_line(int argc, char** argv) {
  CLI::App app("Sluice wires plugins into a crawl-to-search pipeline, from one YAML file.",
               "sluice");
  app.set_version_flag("--version", std::string("sluice ") + services::kHostVersion);
  app.require_subcommand(1);
  app.footer(
      "\"sluice help VERB\" says more of one.\n\nStart here:\n  sluice run pipelines/local.yaml\n  "
      "sluice feed http://127.0.0.1:8080 docs/\n"
      "  sluice search \"how do I ...\"");
  int exit_code = kFine;
  add_run(app, exit_code);
  add_check(app, exit_code);
  add_explain(app, exit_code);
  add_graph(app, exit_code);
  add_feed(app, exit_code);
  add_search(app, exit_code);
  add_status(app, exit_code);
  add_reload(app, exit_code);
  add_crawls(app, exit_code);
  add_dlq(app, exit_code);
  add_plugins(app, exit_code);
  add_inspect(app, exit_code);
  add_verify(app, exit_code);
  add_new(app, exit_code);
  add_schema(app, exit_code);
  auto words = words_of(argc, argv);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    if (const std::string wrong = unknown_verb(app); !wrong.empty()) {
      complain(wrong);
      return kUsage;
    }
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace sluice::app

int main(int argc, char** argv) {
  // A peer that went away is an error of its write, not of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return sluice::app::command_line(argc, argv);
}
