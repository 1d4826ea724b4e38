/* Two descriptors with one id. */
#include "stage.h"

SLUICE_MANIFEST("org.broken.duplicate-id");
static const sluice_descriptor one = BROKEN_DESCRIPTOR("org.broken.twin");
static const sluice_descriptor other = BROKEN_DESCRIPTOR("org.broken.twin");
static const sluice_descriptor* const list[] = {&one, &other};
BROKEN_ENTRY(list)
