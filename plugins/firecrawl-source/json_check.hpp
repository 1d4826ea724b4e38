// Whether bytes are JSON at all, to RFC 8259, before anything else looks at them. simdjson's
// on-demand parser believes whatever it skips; a body that is not JSON must be refused, not half
// understood.
#pragma once

#include <string_view>

namespace firecrawl {

inline constexpr int kMaxJsonDepth = 64;  // open arrays and objects; 64 is allowed, 65 is not

enum class JsonCheck { kOk, kMalformed, kTooDeep };

// One pass without allocation or recursion. Does not look at UTF-8: simdjson does that next. Any
// thread.
JsonCheck check_json(std::string_view text);

}  // namespace firecrawl
