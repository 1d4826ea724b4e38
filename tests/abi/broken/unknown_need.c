/* Cannot work without an interface that no host has. */
#define BROKEN_NEEDS "sluice.timer/2"
#include "stage.h"

BROKEN_PLUGIN("org.broken.unknown-need")
