// sluice crawls: the ledger of a running host.
#include "app/client_host.hpp"
#include "app/client_url.hpp"
#include "app/client_verbs.hpp"
#include "app/crawls_verb_text.hpp"
#include "app/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace sluice::app {
namespace {

constexpr const char* kCrawlsFooter = R"(
A crawl is open until its source says that it has ended, closed until its last page is settled, then
done. Received pages are indexed, skipped, unchanged, failed or pending.

Examples:
  sluice crawls
  sluice crawls --limit 100 --offset 100
  sluice crawls 0198d0c2-7f10-7c31-9a55-3b1f6f0a1c01 --output json)";

struct CrawlsOptions {
  HostOptions host;
  std::string id;
  std::uint64_t limit = 20;
  std::uint64_t offset = 0;
};

std::string path_of(const CrawlsOptions& options) {
  if (!options.id.empty()) return "/api/crawls/" + percent_encoded(options.id, "-_");
  return "/api/crawls?limit=" + std::to_string(options.limit) +
         "&offset=" + std::to_string(options.offset);
}

int crawls(const CrawlsOptions& options) {
  auto address = RemoteHost::check(options.host);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.host.token);
  const auto answer = host.get(path_of(options));
  if (!answer) return fail_with(answer.error());
  if (options.host.is_json()) {
    std::printf("%s\n", answer->text.c_str());
    return 0;
  }
  const Terminal terminal = terminal_of(STDOUT_FILENO);
  const std::string text =
      options.id.empty() ? crawls_text(answer->json, terminal) : crawl_text(answer->json, terminal);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

void add_crawls(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CrawlsOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = app.add_subcommand("crawls", "List the crawls of a running host, or show one");
  verb->footer(kCrawlsFooter);
  verb->add_option("ID", options->id, "The crawl to show; all of them if left out");
  verb->add_option("--limit", options->limit, "Crawls to list")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb->add_option("--offset", options->offset, "Crawls to pass over, newest first")
      ->capture_default_str();
  add_url_option(*verb, options->host);
  add_token_and_output(*verb, options->host);
  verb->callback([options, &exit_code] { exit_code = crawls(*options); });
}

}  // namespace sluice::app
