// A component whose functions are a test's lambdas: what the fake host's checks are tried on.
#pragma once

#include <sluice/testing.hpp>

#include <functional>

namespace sluice::sdk_tests {

struct Hooks {
  const sluice_host* host = nullptr;
  const sluice_records* records = nullptr;
  std::function<void()> create = [] {};
  std::function<sluice_status(const sluice_config*)> configure = [](const sluice_config*) {
    return sluice_status{SLUICE_OK};
  };
  std::function<sluice_status()> start = [] { return sluice_status{SLUICE_OK}; };
  std::function<void()> stop = [] {};
  std::function<sluice_status(sluice_batch*)> submit;

  template <class T>
  const T& table(const char* id) const {
    return *static_cast<const T*>(host->get_interface(host, id));
  }
};

// The descriptor of a component that does what `hooks` say; one at a time.
const sluice_descriptor& hooked(Hooks& hooks, const char* role = SLUICE_ROLE_TRANSFORM,
                                const char* schema = "{}", uint32_t flags = 0);

}  // namespace sluice::sdk_tests
