// fake_tei: a FakeTei as a program, for tests of processes and for trying a pipeline without a
// model. Prints its URL on the first line and serves until SIGINT or SIGTERM.
#include "fakes/tei/fake_tei.hpp"

#include <signal.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
  sluice::fakes::TeiOptions options;
  options.server.keep_requests = 0;
  std::int64_t base_ms = 0;
  std::int64_t per_token_us = 0;
  bool has_tls = false;
  CLI::App app("Answers like Text Embeddings Inference, with vectors from hashed words.");
  app.add_option("--port", options.server.port, "Port on 127.0.0.1; 0 picks one");
  app.add_option("--model", options.model_id, "Model id that /info tells");
  app.add_option("--dimension", options.dimension, "Numbers in a vector")
      ->check(CLI::Range(1, 65536));
  app.add_option("--max-client-batch-size", options.max_client_batch_size, "Inputs of a request");
  app.add_option("--max-batch-tokens", options.max_batch_tokens, "Tokens of a server batch");
  app.add_option("--max-input-length", options.max_input_length, "Tokens of an input")
      ->check(CLI::Range(3, 1'000'000));
  app.add_option("--max-concurrent-requests", options.max_concurrent_requests, "Inputs at once");
  app.add_option("--payload-limit", options.payload_limit, "Bytes of a request");
  app.add_option("--api-key", options.api_key, "Bearer key to ask for");
  app.add_option("--latency-ms", base_ms, "Time of a request")->check(CLI::NonNegativeNumber);
  app.add_option("--latency-per-token-us", per_token_us, "More time for each token")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--lanes", options.latency.lanes, "Requests computed at once; 0: all");
  app.add_flag("--tls", has_tls, "Serve https; prints the certificate's file on the second line");
  CLI11_PARSE(app, argc, argv);
  options.latency.base = std::chrono::milliseconds(base_ms);
  options.latency.per_token = std::chrono::microseconds(per_token_us);
  if (has_tls) options.server.security = sluice::fakes::Security::kTls;

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread, so that all inherit it
  try {
    sluice::fakes::FakeTei tei(options);
    std::printf("%s\n", tei.url().c_str());
    if (has_tls) std::printf("%s\n", tei.server().certificate_file().c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fake_tei: %s\n", e.what());
    return 1;
  }
  return 0;
}
