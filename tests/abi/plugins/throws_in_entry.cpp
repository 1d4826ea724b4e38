// Throws before it says anything.
#include <sluice/abi.h>

SLUICE_MANIFEST("test.throws-in-entry");
extern "C" SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t) { throw 42; }
