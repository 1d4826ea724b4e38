/* Completes every batch twice. */
#define BROKEN_SUBMIT eager_submit
#include "stage.h"

static sluice_status eager_submit(sluice_component* c, sluice_batch* batch) {
  (void)c;
  pass_on(batch);
  records->batch_complete(batch);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.completes-twice")
