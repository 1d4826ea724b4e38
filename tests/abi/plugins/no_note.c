/* Has an entry, but no manifest. */
#include "obedient.h"

static const sluice_descriptor only = OBEDIENT("test.no-note", 0, &obedient_create);
static const sluice_descriptor* const list[] = {&only};
OBEDIENT_ENTRY(list)
