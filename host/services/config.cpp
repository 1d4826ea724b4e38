// sluice.config/1
#include "services/config.hpp"

#include "services/tables.hpp"
#include "services/text.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

struct sluice_config::Tree {
  nlohmann::json root;
};

sluice_config::sluice_config(std::string canonical)
    : text(std::move(canonical)), tree(new Tree{nlohmann::json::parse(text)}) {}
sluice_config::~sluice_config() = default;

namespace sluice::services {
namespace {

const nlohmann::json* find(const sluice_config* c, const char* pointer) {
  try {
    const nlohmann::json::json_pointer at{std::string(pointer)};
    return c->tree->root.contains(at) ? &c->tree->root.at(at) : nullptr;
  } catch (const nlohmann::json::exception&) {
    return nullptr;  // not a JSON Pointer
  }
}

sluice_status get(const sluice_config* c, const char* pointer, sluice_value* out) {
  const auto* value = find(c, pointer);
  if (!value || value->is_null()) return SLUICE_E_NOT_FOUND;
  *out = {};
  if (value->is_boolean()) {
    out->kind = SLUICE_BOOL;
    out->as.i64 = value->get<bool>() ? 1 : 0;
  } else if (value->is_number_integer()) {
    out->kind = SLUICE_I64;
    out->as.i64 = value->get<int64_t>();
  } else if (value->is_number_float()) {
    out->kind = SLUICE_F64;
    out->as.f64 = value->get<double>();
  } else if (value->is_string()) {
    out->kind = SLUICE_TEXT;
    out->as.str = to_c(value->get_ref<const std::string&>());
  } else {
    return SLUICE_E_UNSUPPORTED;  // a list or an object: ask for its items, or for json
  }
  return SLUICE_OK;
}

uint32_t count(const sluice_config* c, const char* pointer) {
  const auto* value = find(c, pointer);
  return value && value->is_structured() ? static_cast<uint32_t>(value->size()) : 0;
}

sluice_str json(const sluice_config* c) { return to_c(c->text); }

}  // namespace

const sluice_config_api& config_table() {
  static constexpr sluice_config_api kTable = {sizeof(sluice_config_api), 0, get, count, json};
  return kTable;
}

}  // namespace sluice::services
