// One check after the other, in the order in which the next one may rely on it.
#include "plugin/descriptors.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::plugin {
namespace {

constexpr uint32_t kMaxDescriptors = 256;  // more is a field that was never filled in

Error refuse(const std::string& name, const std::string& why) {
  return {Fault::kConfig, name + " " + why};
}

std::string ordinal(uint32_t i) { return "descriptor " + std::to_string(i + 1); }

// Why one descriptor cannot be used; empty: it can.
std::string flaw(const sluice_descriptor* d, uint32_t i) {
  if (!d) return "lists no " + ordinal(i) + ": its pointer is NULL; correct descriptor_count";
  if (!SLUICE_HAS(d, create)) {
    return "has a " + ordinal(i) + " with struct_size " + std::to_string(d->struct_size) +
           ", less than the " +
           std::to_string(offsetof(sluice_descriptor, create) + sizeof d->create) +
           " of ABI 1.0; set it to sizeof(sluice_descriptor)";
  }
  const std::array<std::pair<const char*, const char*>, 7> texts = {
      {{"id", d->id},
       {"version", d->version},
       {"summary", d->summary},
       {"vendor", d->vendor},
       {"url", d->url},
       {"license", d->license},
       {"config_schema", d->config_schema}}};
  for (const auto& [field, text] : texts)
    if (!text) return "has a " + ordinal(i) + " whose " + field + " is NULL; use \"\" for no text";
  if (*d->id == '\0') return "has a " + ordinal(i) + " with an empty id; give it a name";
  if (!d->roles || !d->roles[0])
    return "has a " + ordinal(i) + " (" + d->id + ") without roles; list at least one";
  if (!d->create)
    return "has a " + ordinal(i) + " (" + d->id + ") whose create is NULL; point it to a function";
  return "";
}

// "sluice.timer" of "sluice.timer/1".
std::string_view family_of(std::string_view id) { return id.substr(0, id.rfind('/')); }

// Why `need` is not met, as abi.md words it; empty: it is.
std::string lack(std::string_view need, const HostOffer& host) {
  std::string offered;
  for (const auto& id : host.interfaces) {
    if (id == need) return "";
    if (family_of(id) != family_of(need)) continue;
    if (!offered.empty()) offered += " and ";
    offered += id;
  }
  if (offered.empty()) offered = "no " + std::string(family_of(need));
  return "needs " + std::string(need) + "; this host (" + host.version + ") offers " + offered;
}

}  // namespace

Result<std::vector<const sluice_descriptor*>> checked_descriptors(const sluice_plugin* table,
                                                                  const std::string& name,
                                                                  const HostOffer& host) {
  if (!table) {
    return refuse(name, "returned nothing from " SLUICE_ENTRY_SYMBOL
                        "; it must return its"
                        " sluice_plugin");
  }
  if (!SLUICE_HAS(table, descriptors)) {
    return refuse(
        name, "returned a sluice_plugin with struct_size " + std::to_string(table->struct_size) +
                  ", less than the " +
                  std::to_string(offsetof(sluice_plugin, descriptors) + sizeof table->descriptors) +
                  " of ABI 1.0; set it to sizeof(sluice_plugin)");
  }
  if (table->descriptor_count == 0 || !table->descriptors)
    return refuse(name, "describes no component; list at least one descriptor");
  if (table->descriptor_count > kMaxDescriptors) {
    return refuse(name, "claims " + std::to_string(table->descriptor_count) +
                            " descriptors; the limit is " + std::to_string(kMaxDescriptors));
  }
  std::vector<const sluice_descriptor*> descriptors;
  for (uint32_t i = 0; i < table->descriptor_count; ++i) {
    const sluice_descriptor* d = table->descriptors[i];
    if (auto why = flaw(d, i); !why.empty()) return refuse(name, why);
    const bool is_twice =
        std::any_of(descriptors.begin(), descriptors.end(),
                    [&](const auto* other) { return std::string_view(other->id) == d->id; });
    if (is_twice) {
      return refuse(name,
                    "has two descriptors with the id " + std::string(d->id) + "; ids must differ");
    }
    for (const char* const* need = d->needs; need && *need; ++need)
      if (auto why = lack(*need, host); !why.empty()) return refuse(name, why);
    descriptors.push_back(d);
  }
  return descriptors;
}

}  // namespace sluice::plugin
