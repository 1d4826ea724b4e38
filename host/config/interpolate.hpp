// ${NAME} in values, filled in after parsing, so that no value can change the shape of a file.
#pragma once

#include "config/document.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sluice::config {

// The value of an environment variable, if it is set. Any thread.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The process's own.
Environment process_environment();

// Fills in `${NAME}` and `${NAME:-default}` (the default also stands in for an empty value) and
// turns
// `$$` into `$`, in scalar values only. A lone `$` stays. Reports what is unset, unclosed or
// misnamed.
void interpolate(Document& document, const Environment& environment, Findings& findings);

}  // namespace sluice::config
