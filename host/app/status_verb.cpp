// sluice status: how a running host is.
#include "app/client_host.hpp"
#include "app/client_verbs.hpp"
#include "app/status_verb_text.hpp"
#include "app/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace sluice::app {
namespace {

constexpr const char* kStatusFooter = R"(
Depth is what waits in front of a stage, in flight what it is working on, rate the records it
finishes. With --output json the answers of /api/pipeline, /health and /api/stats.

Examples:
  sluice status
  sluice status --url https://search.example.com --token "$TOKEN"
  sluice status --output json)";

int status(const HostOptions& options) {
  auto address = RemoteHost::check(options);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.token);
  auto pipeline = host.get("/api/pipeline");
  if (!pipeline) return fail_with(pipeline.error());
  auto health = host.get("/health");
  if (!health) return fail_with(health.error());
  auto stats = host.get("/api/stats");
  if (!stats) return fail_with(stats.error());
  if (options.is_json()) {
    std::printf("{\"pipeline\":%s,\"health\":%s,\"stats\":%s}\n", pipeline->text.c_str(),
                health->text.c_str(), stats->text.c_str());
    return 0;
  }
  const HostState state{.pipeline = std::move(pipeline->json),
                        .health = std::move(health->json),
                        .stats = std::move(stats->json)};
  std::fputs(status_text(state, terminal_of(STDOUT_FILENO)).c_str(), stdout);
  return 0;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<HostOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = app.add_subcommand("status", "Show the stages of a running host");
  verb->footer(kStatusFooter);
  add_url_option(*verb, *options);
  add_token_and_output(*verb, *options);
  verb->callback([options, &exit_code] { exit_code = status(*options); });
}

}  // namespace sluice::app
