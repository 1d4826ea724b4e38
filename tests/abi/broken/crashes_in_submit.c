/* Ends the process in submit, as a failed assertion does. */
#define BROKEN_SUBMIT fatal_submit
#include "stage.h"

static sluice_status fatal_submit(sluice_component* c, sluice_batch* batch) {
  (void)c, (void)batch;
  abort();
}
BROKEN_PLUGIN("org.broken.crashes-in-submit")
