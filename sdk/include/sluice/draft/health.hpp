// sluice/draft/health.hpp - how a component says that what it works with is away.
#pragma once

#include <sluice/draft/health.h>
#include <sluice/host.hpp>

#include <string_view>

namespace sluice {
inline namespace sdk_v1 {

// The host's sluice.health/1; where it has none, nothing is told. A view, cheap to copy. Any
// thread.
class Health {
 public:
  explicit Health(const Host& host) noexcept
      : host_(host.raw()), api_(host.find<sluice_health>(SLUICE_IFACE_HEALTH)) {}

  // Why the component cannot do its work right now; empty: it can. The last word counts.
  void trouble(std::string_view reason) const noexcept {
    if (api_ != nullptr) api_->trouble(host_, to_c(reason));
  }

 private:
  const sluice_host* host_;
  const sluice_health* api_;
};

}  // namespace sdk_v1
}  // namespace sluice
