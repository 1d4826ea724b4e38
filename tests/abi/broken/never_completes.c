/* Takes every batch and never gives one back. */
#define BROKEN_SUBMIT forgetful_submit
#include "stage.h"

static sluice_status forgetful_submit(sluice_component* c, sluice_batch* batch) {
  (void)c;
  records->batch_settle_rest(batch, SLUICE_OK, 0);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.never-completes")
