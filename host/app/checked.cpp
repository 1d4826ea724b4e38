// The components' own checks, then what only the whole host can know.
#include "app/checked.hpp"

#include "api/api.hpp"
#include "app/workbench.hpp"
#include "config/wiring.hpp"
#include "net/certificate.hpp"
#include "net/router.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace sluice::app {
namespace {

// JSON Pointer to the setting that says `text`; empty: none does.
std::string setting_of(const flow::StageComponent& stage, const std::string& text) {
  const auto settings = nlohmann::json::parse(stage.config.canonical).flatten();
  for (const auto& [pointer, value] : settings.items()) {
    if (value == text) return pointer;
  }
  return {};
}

// Two that want one path, while the routes are still declared only. What a component declares when
// it starts shows then.
class RouteCheck {
 public:
  explicit RouteCheck(config::Loaded& loaded) : loaded_(loaded) {
    for (const auto& place : api::Api::places())
      (void)table_.add(place.method, place.pattern, {}, {});
  }

  void add(const flow::StageComponent& stage) {
    for (const auto& route : stage.instance->routes()) {
      const auto added = table_.add(route.method, route.pattern, route.options, {});
      if (!added) report(stage, route, added.error());
    }
  }

 private:
  void report(const flow::StageComponent& stage, const net::RouteInfo& route, const Error& error) {
    const std::string setting = setting_of(stage, route.pattern);
    const std::string place = route.method + " " + route.pattern;
    std::string message = error.message;
    if (const auto holder = table_.holder(route.method, route.pattern)) {
      const std::string& owner = holder->options.owner;
      message = who_is(owner) + " has " + place + " already; " +
                (setting.empty() ? "only one can, so change the settings of one of them"
                 : owner.empty() ? "choose another path"
                                 : "give one of them another path");
    }
    loaded_.findings.add(
        config::config_finding(*loaded_.pipeline->stage(stage.name), setting, std::move(message)));
  }

  std::string who_is(const std::string& owner) const {
    if (owner.empty()) return "the host itself";
    const unsigned line = loaded_.pipeline->stage(owner)->at.line;
    return "the stage \"" + owner + "\" (line " + std::to_string(line) + ")";
  }

  config::Loaded& loaded_;
  net::Router table_;
};

void check_tls(config::Loaded& loaded) {
  const config::Tls& tls = loaded.pipeline->http.tls;
  if (tls.certificate.empty() || tls.key.empty()) return;  // half of it has its finding already
  for (auto& fault : net::tls_faults(tls.certificate, tls.key)) {
    const bool is_key = fault.file == net::TlsFault::File::kKey;
    const config::Node* node =
        loaded.document.find(is_key ? "/http/tls/key" : "/http/tls/certificate");
    loaded.findings.add({.file = node->file(),
                         .at = node->at(),
                         .path = is_key ? "http.tls.key" : "http.tls.certificate",
                         .message = std::move(fault.what)});
  }
}

}  // namespace

std::unique_ptr<flow::Components> checked(config::Loaded& loaded, Workbench& bench) {
  auto components = std::make_unique<flow::Components>(
      loaded, flow::Components::Sources{bench.registry, bench.shared, bench.doorway},
      loaded.findings);
  RouteCheck routes(loaded);
  for (const auto& stage : components->all()) routes.add(*stage);
  check_tls(loaded);
  loaded.findings.sort();
  return components;
}

}  // namespace sluice::app
