/* Breaks no rule. */
#include "obedient.h"

SLUICE_MANIFEST("test.good");
static const char* const needs[] = {SLUICE_IFACE_TIMER, 0};
static const sluice_descriptor good = OBEDIENT("test.good", needs, &obedient_create);
static const sluice_descriptor* const list[] = {&good};
OBEDIENT_ENTRY(list)
