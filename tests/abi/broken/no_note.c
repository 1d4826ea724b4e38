/* Has an entry, and nothing that says for which ABI it was built. */
#include "stage.h"

static const sluice_descriptor one = BROKEN_DESCRIPTOR("org.broken.no-note");
static const sluice_descriptor* const list[] = {&one};
BROKEN_ENTRY(list)
