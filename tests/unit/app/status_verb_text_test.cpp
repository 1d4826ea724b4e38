#include "app/status_verb_text.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

TEST(StatusText, HasALinePerStageAndTheTrouble) {
  HostState state;
  state.pipeline = {{"name", "docs"},
                    {"mode", "streaming"},
                    {"stages",
                     {{{"name", "chunk"},
                       {"plugin", "chunker"},
                       {"depth", 3},
                       {"in_flight", 1},
                       {"records_per_second", 12.5},
                       {"health", "healthy"},
                       {"reason", nullptr}},
                      {{"name", "embed"},
                       {"plugin", "tei-embedder"},
                       {"depth", 1'200},
                       {"in_flight", 10},
                       {"records_per_second", 0},
                       {"health", "degraded"},
                       {"reason", "no answer"}}}}};
  state.health = {{"status", "degraded"}};
  state.stats = {{"total_documents", 1}, {"total_chunks", 1'234}};
  EXPECT_EQ(status_text(state, {}),
            "docs  streaming  degraded\n"
            "\n"
            "stage  plugin        depth  in flight    rate  health\n"
            "chunk  chunker           3          1  12.5/s  healthy\n"
            "embed  tei-embedder  1,200         10   0.0/s  degraded\n"
            "embed: no answer\n"
            "\n"
            "1 document, 1,234 chunks indexed\n");
}

}  // namespace
}  // namespace sluice::app
