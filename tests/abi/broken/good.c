/* Breaks nothing: what the others differ from. */
#include "stage.h"

BROKEN_PLUGIN("org.broken.good")
