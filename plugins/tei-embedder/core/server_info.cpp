#include "core/server_info.hpp"

#include "core/json.hpp"

#include <algorithm>

namespace tei {
namespace {

using simdjson::ondemand::object;

// The fields of an object, until something is so wrong that the rest cannot be read.
class Fields {
 public:
  explicit Fields(object& from) : from_(from) {}
  bool is_broken() const { return is_broken_; }

  // False when there is no such field of that type.
  template <class T>
  bool read(std::string_view key, T& out) {
    if (is_broken_) return false;
    const simdjson::error_code failure = from_[key].get(out);
    is_broken_ = !is_harmless(failure);
    return failure == simdjson::SUCCESS;
  }
  std::string text(std::string_view key) {
    std::string_view text;
    return read(key, text) ? std::string(text) : std::string{};
  }
  // At least 1: a limit of nothing would stop everything.
  void read_limit(std::string_view key, std::size_t& out) {
    std::uint64_t number = 0;
    if (read(key, number)) out = std::max<std::size_t>(1, number);
  }
  // The only key of an object: {"embedding": {...}}.
  std::string key_of(std::string_view key) {
    object inner;
    if (!read(key, inner)) return {};
    std::string_view first;
    for (auto field : inner) {
      const simdjson::error_code failure = field.unescaped_key().get(first);
      is_broken_ = failure != simdjson::SUCCESS;
      break;
    }
    return is_broken_ ? std::string{} : std::string(first);
  }

 private:
  object& from_;
  bool is_broken_ = false;
};

}  // namespace

std::optional<ServerInfo> read_info(std::string& body) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  object info;
  if (parser.iterate(padded(body)).get(document) != simdjson::SUCCESS ||
      document.get_object().get(info) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Fields fields(info);
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
  out.model_kind = fields.key_of("model_type");  // last: it leaves the parser inside the value
  if (out.model_id.empty() || fields.is_broken()) return std::nullopt;
  return out;
}

}  // namespace tei
