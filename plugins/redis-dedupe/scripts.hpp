// The two Lua scripts. Each does a whole batch in one round trip and as one atomic step.
#pragma once

#include <string>
#include <string_view>

namespace redis_dedupe {

struct Script {
  std::string_view text;
  std::string sha1;  // by which Redis knows it, once it has seen it
};

// KEYS, three for each page: the crawl's done pages, the lease, the digest.
// ARGV: owner, lease, ttl, remember (milliseconds), then three for each page: id, digest, and 1 if
// it is of a crawl. Returns one number for each page, those of Answer.
const Script& claim_script();

// The same KEYS. ARGV: owner, 1 if the pages are done, ttl, remember; then as above. Returns how
// many leases were still this owner's.
const Script& settle_script();

}  // namespace redis_dedupe
