// The body of a request to embed or to tokenize, taken apart and checked as the real server does.
#pragma once

#include "fakes/tei/options.hpp"
#include "fakes/tei/tokens.hpp"
#include "fakes/tei/vectors.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::fakes {

enum class Dialect { kNative, kOpenAi };
enum class Encoding { kFloat, kBase64 };

struct EmbedRequest {
  std::vector<std::string> inputs;
  Truncation truncate = Truncation::kOn;
  Length length = Length::kUnit;
  Encoding encoding = Encoding::kFloat;
  std::string prompt;  // the text in front of each input
  std::optional<std::size_t> dimensions;
};

// Why a request is refused. Without a type the answer is plain text, as from the server's
// framework.
struct Refusal {
  unsigned status = 0;
  std::string type = {};
  std::string text = {};
};

Refusal validation(std::string text);

std::variant<EmbedRequest, Refusal> read_embed(const Request& request, const TeiOptions& options,
                                               Dialect dialect);

}  // namespace sluice::fakes
