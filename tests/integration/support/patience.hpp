// How long tests wait: bounded everywhere, and longer where the host is sanitized.
#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace sluice::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

// `quiet` is what a quiet machine needs at most; loaded and sanitized ones get more.
constexpr milliseconds patient(milliseconds quiet) { return quiet * SLUICE_PATIENCE; }

// Asks until the answer is true. False when it never was.
template <class Condition>
bool eventually(Condition condition, milliseconds timeout = patient(seconds(20))) {
  constexpr milliseconds kBetween{20};
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= give_up) return false;
    std::this_thread::sleep_for(kBetween);
  }
  return true;
}

}  // namespace sluice::testing
