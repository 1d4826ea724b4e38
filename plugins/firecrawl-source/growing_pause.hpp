// GrowingPause: how long a service that fails is left alone.
#pragma once

#include <algorithm>
#include <chrono>

namespace firecrawl {

struct GrowingPause {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;

  // After so many failures in a row, the latest not counted: doubled with each.
  std::chrono::milliseconds after(unsigned failures) const {
    auto pause = first;
    for (; failures > 0 && pause < longest; --failures) pause *= 2;
    return std::min(pause, longest);
  }
};

}  // namespace firecrawl
