// Makes the allocations of one shared object fail: its calls of malloc and operator new are led
// through a counter of ours.
#pragma once

#include <cstdint>

namespace sluice::verify {

// The allocations that the object containing `address` makes from now on are counted; false where
// they cannot be led through here. Cannot be undone, so only in a process of its own.
bool watch_allocations(const void* address);

// The `nth` allocation from now on fails, and only that; 0: none does.
void fail_allocation(uint64_t nth);
// How many there were since fail_allocation.
uint64_t allocations();

}  // namespace sluice::verify
