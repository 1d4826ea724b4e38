/* Exports a function of its own beside the entry; built without the SDK's version script. */
#include "stage.h"

SLUICE_EXPORT int org_broken_helper(void);
int org_broken_helper(void) { return 1; }
BROKEN_PLUGIN("org.broken.two-symbols")
