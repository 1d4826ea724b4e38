// The signature of a webhook delivery: X-Firecrawl-Signature: sha256=<hex of HMAC-SHA256 of the
// body>.
#pragma once

#include <string>
#include <string_view>

namespace firecrawl {

enum class SignatureCheck {
  kOk,
  kMissing,    // no header, or an empty one
  kMalformed,  // not "sha256=" and 64 hexadecimal digits
  kWrong,
};

// Checks `header` against the raw `body`. The comparison takes the same time wherever the two
// differ. The digits may be of either case. Any thread.
SignatureCheck check_signature(std::string_view secret, std::string_view header,
                               std::string_view body);

// The 64 digits alone. Any thread.
std::string sign(std::string_view secret, std::string_view body);

}  // namespace firecrawl
