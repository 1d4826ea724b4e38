#include "fakes/tei/request.hpp"

#include <nlohmann/json.hpp>

namespace sluice::fakes {
namespace {

using nlohmann::json;

Refusal wrong_type(const std::string& what) {
  return {422, {}, "Failed to deserialize the JSON body into the target type: " + what};
}

bool is_ids(const json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& item) {
           return item.is_number_unsigned();
         });
}

// Token ids count as the words that spell them, so that equal ids give equal vectors.
std::string words_of(const json& ids) {
  std::string words;
  for (const json& id : ids) words += std::to_string(id.get<std::uint64_t>()) + " ";
  return words;
}

bool add_input(const json& value, std::vector<std::string>& inputs) {
  if (!value.is_string() && !is_ids(value)) return false;
  inputs.push_back(value.is_string() ? value.get<std::string>() : words_of(value));
  return true;
}

bool add_inputs(const json& value, std::vector<std::string>& inputs) {
  if (value.is_string() || is_ids(value)) return add_input(value, inputs);  // [] is one empty input
  if (!value.is_array()) return false;
  return std::all_of(value.begin(), value.end(),
                     [&](const json& item) { return add_input(item, inputs); });
}

std::optional<Refusal> read_native(const json& body, const TeiOptions& options, EmbedRequest& out) {
  if (const auto truncate = body.find("truncate"); truncate != body.end() && !truncate->is_null()) {
    if (!truncate->is_boolean()) return wrong_type("truncate: expected a boolean");
    out.truncate = truncate->get<bool>() ? Truncation::kOn : Truncation::kOff;
  }
  if (const auto normalize = body.find("normalize"); normalize != body.end()) {
    if (!normalize->is_boolean()) return wrong_type("normalize: expected a boolean");
    out.length = normalize->get<bool>() ? Length::kUnit : Length::kAsIs;
  }
  if (const auto name = body.find("prompt_name"); name != body.end() && !name->is_null()) {
    if (!name->is_string()) return wrong_type("prompt_name: expected a string");
    const auto prompt = options.prompts.find(name->get<std::string>());
    if (prompt == options.prompts.end()) {
      return validation("Prompt name `" + name->get<std::string>() + "` is not known");
    }
    out.prompt = prompt->second;
  }
  return std::nullopt;
}

std::optional<Refusal> read_open_ai(const json& body, EmbedRequest& out) {
  const auto format = body.find("encoding_format");
  if (format == body.end()) return std::nullopt;
  if (*format != "float" && *format != "base64") {
    return wrong_type("encoding_format: unknown variant");
  }
  out.encoding = *format == "base64" ? Encoding::kBase64 : Encoding::kFloat;
  return std::nullopt;
}

std::optional<Refusal> read_dimensions(const json& body, const TeiOptions& options,
                                       EmbedRequest& out) {
  const auto dimensions = body.find("dimensions");
  if (dimensions == body.end() || dimensions->is_null()) return std::nullopt;
  if (!dimensions->is_number_unsigned()) return wrong_type("dimensions: expected an integer");
  out.dimensions = dimensions->get<std::size_t>();
  if (*out.dimensions == 0 || *out.dimensions > options.dimension) {
    return validation("`dimensions` should be positive and at most " +
                      std::to_string(options.dimension));
  }
  return std::nullopt;
}

}  // namespace

Refusal validation(std::string text) { return {422, "Validation", std::move(text)}; }

std::variant<EmbedRequest, Refusal> read_embed(const Request& request, const TeiOptions& options,
                                               Dialect dialect) {
  if (!request.header("Content-Type").starts_with("application/json")) {
    return Refusal{415, {}, "Expected request with `Content-Type: application/json`"};
  }
  const json body = json::parse(request.body, nullptr, false);
  if (body.is_discarded()) {
    return Refusal{400, {}, "Failed to parse the request body as JSON: a syntax error"};
  }
  EmbedRequest out;
  out.truncate = options.auto_truncate;
  const auto inputs =
      body.is_object() ? body.find(dialect == Dialect::kNative ? "inputs" : "input") : body.end();
  if (inputs == body.end()) return wrong_type("missing field `inputs`");
  if (!add_inputs(*inputs, out.inputs)) return wrong_type("inputs: expected texts or token ids");
  const auto refusal =
      dialect == Dialect::kNative ? read_native(body, options, out) : read_open_ai(body, out);
  if (refusal) return *refusal;
  if (const auto wrong = read_dimensions(body, options, out)) return *wrong;
  return out;
}

}  // namespace sluice::fakes
