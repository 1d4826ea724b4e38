// Throws out of submit. Linked with libstdc++ and libgcc of its own, so that no catch of the host
// stops it: the process ends.
#define BROKEN_SUBMIT throwing_submit
#include "stage.h"

#include <stdexcept>

static sluice_status throwing_submit(sluice_component*, sluice_batch*) {
  throw std::runtime_error("no luck today");
}
BROKEN_PLUGIN("org.broken.throws-in-submit")
