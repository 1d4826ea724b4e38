/* Its stop never comes back. */
#define BROKEN_STOP endless_stop
#include "stage.h"

#include <unistd.h>

static void endless_stop(sluice_component* c) {
  (void)c;
  for (;;) pause();
}
BROKEN_PLUGIN("org.broken.hangs-in-stop")
