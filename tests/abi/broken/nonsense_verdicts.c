/* Judges every record with a number that is no verdict. */
#define BROKEN_SUBMIT senseless_submit
#include "stage.h"

static sluice_status senseless_submit(sluice_component* c, sluice_batch* batch) {
  (void)c;
  records->batch_settle_rest(batch, 4711, 0);
  records->batch_complete(batch);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.nonsense-verdicts")
