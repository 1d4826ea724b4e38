/* Is built for version 2 of the ABI, says its manifest. */
#include "obedient.h"

static const sluice_note note __attribute__((section(SLUICE_NOTE_SECTION), used, aligned(4))) = {
    7u, 64u, SLUICE_NOTE_TYPE, {'S', 'L', 'U', 'I', 'C', 'E', 0, 0}, 2u, 0u, "test.wrong-major"};
static const sluice_descriptor only = OBEDIENT("test.wrong-major", 0, &obedient_create);
static const sluice_descriptor* const list[] = {&only};
OBEDIENT_ENTRY(list)
