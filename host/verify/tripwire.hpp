// Tripwire: sees system calls that have no place in configure, and lets them fail.
#pragma once

#include <string>
#include <vector>

namespace sluice::verify {

// From now on the calling thread makes no socket and no file, and runs no program. Cannot be
// undone, so only in a process of its own. Threads are left out: glibc blocks signals while it
// makes one. False: this kernel or sandbox does not allow it.
bool set_tripwire();

// What was tried on the way: "it opened a socket", each once.
std::vector<std::string> sprung();

}  // namespace sluice::verify
