/* Judges the records once more after it has given the batch back. */
#define BROKEN_SUBMIT late_submit
#include "stage.h"

static sluice_status late_submit(sluice_component* c, sluice_batch* batch) {
  (void)c;
  pass_on(batch);
  records->batch_settle(batch, 0, SLUICE_E_REJECT, 0);
  records->batch_settle_rest(batch, SLUICE_E_REJECT, 0);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.writes-after-completing")
