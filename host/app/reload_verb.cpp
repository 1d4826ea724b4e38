// sluice reload: has a running host read its pipeline file again.
#include "app/client_host.hpp"
#include "app/client_verbs.hpp"
#include "app/terminal.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace sluice::app {
namespace {

constexpr int kExitRefused = 78;          // as a file that `sluice check` refuses
constexpr unsigned kUnprocessable = 422;  // the answer that says so

constexpr const char* kReloadFooter = R"(
The host reads its own pipeline file. A file with mistakes changes nothing: the findings are printed and the
exit code is 78. Pages in flight and held stay, and move under what the file says now.

Examples:
  sluice reload --plan          what would change
  sluice reload
  kill -HUP $(pidof sluice)     the same, answered in the host's log)";

struct ReloadOptions : HostOptions {
  bool is_plan = false;
};

void print_changes(const nlohmann::json& answer) {
  const std::string result = text_at(answer, "result");
  const auto& changes = part_at(answer, "changes");
  for (const auto& change : changes) std::printf("%s\n", change.get<std::string>().c_str());
  if (changes.empty()) {
    std::printf("nothing has changed\n");
  } else {
    std::printf("%s; generation %llu\n", result.c_str(),
                static_cast<unsigned long long>(count_at(answer, "generation")));
  }
}

int print_findings_of(const nlohmann::json& answer) {
  for (const auto& finding : part_at(answer, "findings")) {
    std::fprintf(stderr, "%s:%llu:%llu: %s: %s\n", text_at(finding, "file").c_str(),
                 static_cast<unsigned long long>(count_at(finding, "line")),
                 static_cast<unsigned long long>(count_at(finding, "column")),
                 text_at(finding, "path").c_str(), text_at(finding, "message").c_str());
  }
  std::fprintf(stderr, "Nothing was changed.\n");
  return kExitRefused;
}

int reload(const ReloadOptions& options) {
  auto address = RemoteHost::check(options);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.token);
  auto answer =
      host.post(options.is_plan ? "/api/pipeline/reload?plan=true" : "/api/pipeline/reload", "{}",
                kUnprocessable);
  if (!answer) return fail_with(answer.error());
  const bool is_refused = text_at(answer->json, "result") == "refused";
  if (options.is_json()) {
    std::printf("%s\n", answer->text.c_str());
    return is_refused ? kExitRefused : 0;
  }
  if (is_refused) return print_findings_of(answer->json);
  print_changes(answer->json);
  return 0;
}

}  // namespace

void add_reload(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReloadOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = app.add_subcommand("reload", "Have a running host read its pipeline file again");
  verb->footer(kReloadFooter);
  add_url_option(*verb, *options);
  add_token_and_output(*verb, *options);
  verb->add_flag("--plan", options->is_plan, "Say what would change, and change nothing");
  verb->callback([options, &exit_code] { exit_code = reload(*options); });
}

}  // namespace sluice::app
