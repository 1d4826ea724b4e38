// An Outage's lines in the log of the host.
#pragma once

#include "common/outage/outage.hpp"

#include <sluice/plugin.hpp>

#include <string_view>

namespace plugin_common {

// `host` outlives the log.
inline Outage::Log log_of(const sluice::Host& host) {
  return [&host](Outage::Level level, std::string_view sentence) {
    const uint32_t weight = level == Outage::Level::kInfo   ? SLUICE_LOG_INFO
                            : level == Outage::Level::kWarn ? SLUICE_LOG_WARN
                                                            : SLUICE_LOG_ERROR;
    host.log(weight, sentence);
  };
}

}  // namespace plugin_common
