// The C tables of this folder, by interface.
#pragma once

#include <sluice/abi.h>
#include <sluice/draft/health.h>

namespace sluice::services {

const sluice_log& log_table();
const sluice_metrics& metrics_table();
const sluice_config_api& config_table();
const sluice_state& state_table();
const sluice_data& data_table();
const sluice_timer& timer_table();
const sluice_http_client& http_client_table();
const sluice_http_server& http_server_table();
const sluice_services& services_table();
const sluice_threads& threads_table();
const sluice_emit& emit_table();
const sluice_crawls& crawls_table();
const sluice_health& health_table();

}  // namespace sluice::services
