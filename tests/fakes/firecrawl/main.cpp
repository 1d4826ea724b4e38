// fake_firecrawl: a FakeFirecrawl as a program, for tests of processes and for trying a pipeline
// without a Firecrawl. Prints its URL on the first line and serves until SIGINT or SIGTERM.
#include "fakes/firecrawl/fake_firecrawl.hpp"

#include <signal.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
  sluice::fakes::FirecrawlOptions options;
  options.made_up_pages = 10;
  std::int64_t page_ms = 0;
  bool is_old = false;
  CLI::App app("Answers like Firecrawl, scrapes made-up sites and delivers webhooks.");
  app.add_option("--port", options.server.port, "Port on 127.0.0.1; 0 picks one");
  app.add_option("--pages", options.made_up_pages, "Pages of every site");
  app.add_option("--page-ms", page_ms, "Time that scraping a page takes")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--page-size", options.page_size, "Documents of a status answer")
      ->check(CLI::PositiveNumber);
  app.add_option("--api-key", options.api_key, "Bearer key to ask for");
  app.add_option("--webhook", options.self_hosted_webhook,
                 "Webhook of requests that name none; {{JOB_ID}} is replaced");
  app.add_option("--webhook-secret", options.webhook_secret, "Key that signs deliveries");
  app.add_flag("--old", is_old, "Deliver as the build of August 2025 did");
  CLI11_PARSE(app, argc, argv);
  options.page_time = std::chrono::milliseconds(page_ms);
  if (is_old) options.build = sluice::fakes::FirecrawlBuild::kAug2025;

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread, so that all inherit it
  try {
    sluice::fakes::FakeFirecrawl firecrawl(options);
    std::printf("%s\n", firecrawl.url().c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fake_firecrawl: %s\n", e.what());
    return 1;
  }
  return 0;
}
