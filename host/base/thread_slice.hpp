// Threads that wait often, have little to do each time, and keep others waiting until it is done.
#pragma once

#include <chrono>

namespace sluice {

// Asks the kernel to run the calling thread soon after it wakes, also beside threads that are busy:
// its share of the processor stays the same, in slices of this length (0.1 to 100 ms). From Linux
// 6.12 on (sched_setattr(2), sched_runtime of SCHED_OTHER); before, nothing changes. False: the
// kernel did not take it, which is no reason not to go on.
bool ask_for_slices(std::chrono::nanoseconds length);

}  // namespace sluice
