// The bodies of requests to embed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tei {

// Which endpoint makes the vectors. The OpenAI form answers in base64, a sixth of the work to read,
// but takes neither `normalize` nor `truncate` nor the name of a prompt.
enum class Wire { kNative, kOpenAi };

std::string_view path_of(Wire wire);

enum class Truncate { kNo, kYes };
enum class Normalize { kNo, kYes };

struct BodyForm {
  Wire wire = Wire::kNative;
  Truncate truncate = Truncate::kYes;
  Normalize normalize = Normalize::kYes;
  std::string_view prompt = {};       // literally in front of each text
  std::string_view prompt_name = {};  // one that the model defines; native wire only
};

// Bytes that are not UTF-8 become U+FFFD: the server would refuse the whole request for them.
std::string write_body(const BodyForm& form, std::span<const std::string_view> texts);

}  // namespace tei
