// Which addresses Firecrawl may be sent to on a caller's behalf. It stands inside the operator's
// network and would fetch what a caller outside of it cannot reach.
#pragma once

#include <string_view>

namespace firecrawl {

enum class Target {
  kPublic,
  kPrivate,  // loopback, link-local, a private network, or a name that only such a network knows
  kNoWebAddress,
};

// Judges the address as it is written. A public name that resolves to a private address is
// Firecrawl's to refuse: only it knows what the name means where it stands.
Target judge_target(std::string_view url);

}  // namespace firecrawl
