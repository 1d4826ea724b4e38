// The C table of sluice.records/1, the same for every component.
#pragma once

#include <sluice/abi/records.h>

namespace sluice::data {

const sluice_records& records_table();

}  // namespace sluice::data
