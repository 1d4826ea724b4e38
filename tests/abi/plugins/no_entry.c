/* Has a manifest, but exports nothing. */
#include <sluice/abi.h>

SLUICE_MANIFEST("test.no-entry");
