/* Needs a newer timer than any host has. */
#include "obedient.h"

SLUICE_MANIFEST("test.unknown-need");
static const char* const needs[] = {"sluice.log/1", "sluice.timer/2", 0};
static const sluice_descriptor only = OBEDIENT("test.unknown-need", needs, &obedient_create);
static const sluice_descriptor* const list[] = {&only};
OBEDIENT_ENTRY(list)
