/* Says that it was built for version 2 of the ABI. */
#include "stage.h"

static const sluice_note note __attribute__((section(SLUICE_NOTE_SECTION), used, aligned(4))) = {
    7u, 64u, SLUICE_NOTE_TYPE,        {'S', 'L', 'U', 'I', 'C', 'E', 0, 0},
    2u, 0u,  "org.broken.wrong-major"};
static const sluice_descriptor one = BROKEN_DESCRIPTOR("org.broken.wrong-major");
static const sluice_descriptor* const list[] = {&one};
BROKEN_ENTRY(list)
