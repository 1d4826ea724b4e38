// POST /api/pipeline/reload
#include "api/api.hpp"
#include "api/json_body.hpp"
#include "net/target.hpp"

#include <nlohmann/json.hpp>

namespace sluice::api {
namespace {

// `?plan=true` changes nothing.
Reload asked_for(const net::Request& request) {
  for (const auto& [key, value] : net::parse_query(request.query)) {
    if (key == "plan" && (value == "true" || value == "1")) return Reload::kPlan;
  }
  return Reload::kApply;
}

const char* result_of(const Reloaded& reloaded, Reload how) {
  if (how == Reload::kPlan) return "planned";
  return reloaded.changes.empty() ? "unchanged" : "reloaded";
}

}  // namespace

void Api::reload(const net::ExchangePtr& x) {
  const Reload how = asked_for(x->request());
  const Reloaded reloaded = parts_.control.reload(how);
  if (reloaded.is_refused) {
    return x->respond(net::json_response(
        422, dump({{"result", "refused"}, {"findings", reloaded.findings.to_json()}})));
  }
  x->respond(net::json_response(200, dump({{"result", result_of(reloaded, how)},
                                           {"generation", reloaded.generation},
                                           {"changes", reloaded.changes}})));
}

}  // namespace sluice::api
