// sluice/testing.hpp - a fake host for unit tests of plugins; header-only, with any test framework.
// Compile the plugin's source into the test, and:
//
//   sluice::testing::Stage stage(R"({"suffix":"!"})");   // as in the `config:` block
//   assert(stage.start() == "");                         // create, configure, start
//   auto out = stage.run({{.id = "https://example.org/", .text = "hello"}});
//   assert(out[0].verdict == SLUICE_OK && out[0].record.text == "HELLO!");
//   assert(stage.finish() == "");                        // drain, stop, destroy, no rule broken
//
// stage.host() has the clock, the far end of the component's HTTP requests, its log, metrics, state
// and what it pushed. Uses threads: link with -pthread.
#pragma once

#include <sluice/testing/host.hpp>
#include <sluice/testing/page.hpp>
#include <sluice/testing/settings.hpp>
#include <sluice/testing/stage.hpp>
