/* Two descriptors, one id. */
#include "obedient.h"

SLUICE_MANIFEST("test.duplicate-id");
static const sluice_descriptor one = OBEDIENT("test.twin", 0, &obedient_create);
static const sluice_descriptor other = OBEDIENT("test.twin", 0, &obedient_create);
static const sluice_descriptor* const list[] = {&one, &other};
OBEDIENT_ENTRY(list)
