// What the pipeline file says about the service.
#pragma once

#include "core/request_body.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tei {

struct Settings {
  std::optional<std::size_t> max_batch = {};         // texts of a request, below the server's own
  std::optional<std::size_t> max_batch_tokens = {};  // the same for their tokens
  Truncate truncate = Truncate::kYes;
  Normalize normalize = Normalize::kYes;
  std::string passage_prompt = {};
  std::string query_prompt = {};
  std::string query_prompt_name = {};
};

}  // namespace tei
