// fake_qdrant: a FakeQdrant as a program, for tests of processes and for trying a pipeline without
// a Qdrant. Prints its URL on the first line and serves until SIGINT or SIGTERM.
#include "fakes/qdrant/fake_qdrant.hpp"

#include <signal.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
  sluice::fakes::QdrantOptions options;
  std::int64_t write_ms = 0;
  std::int64_t search_ms = 0;
  bool is_strict = false;
  bool has_tls = false;
  CLI::App app("Answers like Qdrant; keeps its points in memory and searches them exactly.");
  app.add_option("--port", options.server.port, "Port on 127.0.0.1; 0 picks one");
  app.add_option("--api-key", options.api_key, "Key to ask for");
  app.add_option("--read-only-key", options.read_only_key, "Key that may only look");
  app.add_option("--write-ms", write_ms, "Time of a write")->check(CLI::NonNegativeNumber);
  app.add_option("--search-ms", search_ms, "Time of a query")->check(CLI::NonNegativeNumber);
  app.add_flag("--strict", is_strict, "Refuse filters on fields without an index");
  app.add_flag("--tls", has_tls, "Serve https; prints the certificate's file on the second line");
  CLI11_PARSE(app, argc, argv);
  options.write_time = std::chrono::milliseconds(write_ms);
  options.search_time = std::chrono::milliseconds(search_ms);
  if (is_strict) options.strictness = sluice::fakes::Strictness::kStrict;
  if (has_tls) options.server.security = sluice::fakes::Security::kTls;

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread, so that all inherit it
  try {
    sluice::fakes::FakeQdrant qdrant(options);
    std::printf("%s\n", qdrant.url().c_str());
    if (has_tls) std::printf("%s\n", qdrant.server().certificate_file().c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fake_qdrant: %s\n", e.what());
    return 1;
  }
  return 0;
}
