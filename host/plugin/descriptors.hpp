// What a plugin's entry returned, checked before anybody relies on it.
#pragma once

#include "base/result.hpp"
#include "plugin/image.hpp"

#include <sluice/abi/plugin.h>

#include <string>
#include <vector>

namespace sluice::plugin {

// The descriptors of `table`, each complete, with ids that differ and with needs that `host` meets;
// or the first thing that is wrong. `name` is what messages call the plugin. The table was filled
// by a plugin: null and short structs are found, wild pointers cannot be.
Result<std::vector<const sluice_descriptor*>> checked_descriptors(const sluice_plugin* table,
                                                                  const std::string& name,
                                                                  const HostOffer& host);

}  // namespace sluice::plugin
