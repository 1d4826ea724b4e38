// sluice_config: the validated settings of one stage, as a plugin reads them.
#pragma once

#include <sluice/abi/services.h>

#include <memory>
#include <string>

// Lives through configure; immutable.
struct sluice_config {
  // `canonical`: the stage's settings as JSON, with defaults, durations in milliseconds.
  explicit sluice_config(std::string canonical);
  ~sluice_config();

  struct Tree;
  const std::string text;
  const std::unique_ptr<const Tree> tree;
};
