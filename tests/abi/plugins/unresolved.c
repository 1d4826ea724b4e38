/* Calls a function that no library has. */
#include "obedient.h"

int sluice_test_function_that_is_nowhere(void);

SLUICE_MANIFEST("test.unresolved");
static sluice_status create(const sluice_descriptor* d, const sluice_host* host,
                            sluice_component** out, sluice_error* err) {
  return sluice_test_function_that_is_nowhere() ? SLUICE_E_FATAL
                                                : obedient_create(d, host, out, err);
}
static const sluice_descriptor only = OBEDIENT("test.unresolved", 0, &create);
static const sluice_descriptor* const list[] = {&only};
OBEDIENT_ENTRY(list)
