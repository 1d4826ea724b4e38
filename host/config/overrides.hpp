// --set path=value: single values of a document replaced from the command line.
#pragma once

#include "config/document.hpp"

#include <string>
#include <vector>

namespace sluice::config {

// Sets each `stages.embed.concurrency=4` or `flow[2]=chunk` in turn; maps on the way are made. A
// value that starts with [ { " or ' is YAML, any other is text as it stands, of whatever type the
// schema wants. Findings are at `--set:1:<column>`. Does nothing to a document without a root.
void apply_overrides(Document& document, const std::vector<std::string>& overrides,
                     Findings& findings);

}  // namespace sluice::config
