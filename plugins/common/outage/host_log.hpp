// An Outage's lines in the log of the host, and its reasons among what the host says of the stage.
#pragma once

#include "common/outage/outage.hpp"

#include <sluice/draft/health.hpp>
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

inline Outage::Tell tell_of(const sluice::Host& host) {
  return [health = sluice::Health(host)](std::string_view reason) { health.trouble(reason); };
}

}  // namespace plugin_common
