// Throws where a status is due.
#include "obedient.h"

#include <stdexcept>

SLUICE_MANIFEST("test.throws-in-create");
namespace {
sluice_status create(const sluice_descriptor*, const sluice_host*, sluice_component**,
                     sluice_error*) {
  throw std::runtime_error("no luck today");
}
const sluice_descriptor only = OBEDIENT("test.throws-in-create", nullptr, &create);
const sluice_descriptor* const list[] = {&only};
}  // namespace
OBEDIENT_ENTRY(list)
