/* Makes a record for every batch and forgets it. */
#define BROKEN_SUBMIT leaky_submit
#include "stage.h"

static sluice_status leaky_submit(sluice_component* c, sluice_batch* batch) {
  const sluice_str text = {"forgotten", 9};
  sluice_buffer* buffer = 0;
  sluice_record* record = 0;
  (void)c;
  if (records->buffer_copy(host, text, &buffer) == SLUICE_OK) {
    records->record_new(host, text, buffer, &record);
    records->buffer_unref(buffer);
  }
  pass_on(batch);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.leaks-records")
