// Throws out of create, across the boundary.
#define BROKEN_CREATE throwing_create
#include "stage.h"

#include <stdexcept>

static sluice_status throwing_create(const sluice_descriptor*, const sluice_host*,
                                     sluice_component**, sluice_error*) {
  throw std::runtime_error("no luck today");
}
BROKEN_PLUGIN("org.broken.throws-in-create")
