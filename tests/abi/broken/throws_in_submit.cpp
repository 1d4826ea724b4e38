// Throws out of submit. Linked with libstdc++ and libgcc of its own, so that it depends on the
// toolchain whether a catch of the host stops it.
#define BROKEN_SUBMIT throwing_submit
#include "stage.h"

#include <stdexcept>

static sluice_status throwing_submit(sluice_component*, sluice_batch*) {
  throw std::runtime_error("no luck today");
}
BROKEN_PLUGIN("org.broken.throws-in-submit")
