#include "core/server_info.hpp"

#include "core/json.hpp"

#include <algorithm>

namespace tei {
namespace {

class Fields {
 public:
  explicit Fields(simdjson::dom::object from) : from_(from) {}

  // False when there is no such field of that type.
  template <class T>
  bool read(std::string_view key, T& out) const {
    return from_[key].get(out) == simdjson::SUCCESS;
  }
  std::string text(std::string_view key) const {
    std::string_view text;
    return read(key, text) ? std::string(text) : std::string{};
  }
  // At least 1: a limit of nothing would stop everything.
  void read_limit(std::string_view key, std::size_t& out) const {
    std::uint64_t number = 0;
    if (read(key, number)) out = std::max<std::size_t>(1, number);
  }
  // The only key of an object: {"embedding": {...}}.
  std::string key_of(std::string_view key) const {
    simdjson::dom::object inner;
    if (!read(key, inner) || inner.size() == 0) return {};
    return std::string((*inner.begin()).key);
  }

 private:
  simdjson::dom::object from_;
};

}  // namespace

std::optional<ServerInfo> read_info(const std::string& body) {
  simdjson::dom::parser parser;
  const auto info = parse_object(parser, body);
  if (!info) return std::nullopt;
  const Fields fields(*info);
  ServerInfo out;
  out.model_id = fields.text("model_id");
  out.model_sha = fields.text("model_sha");
  out.version = fields.text("version");
  fields.read_limit("max_client_batch_size", out.max_client_batch_size);
  fields.read_limit("max_batch_tokens", out.max_batch_tokens);
  fields.read_limit("max_input_length", out.max_input_length);
  fields.read_limit("max_concurrent_requests", out.max_concurrent_requests);
  bool truncates = false;
  if (fields.read("auto_truncate", truncates)) out.auto_truncate = truncates;
  out.model_kind = fields.key_of("model_type");
  if (out.model_id.empty()) return std::nullopt;
  return out;
}

}  // namespace tei
