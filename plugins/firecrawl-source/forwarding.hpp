// What the proxy lets through to Firecrawl and back.
#pragma once

#include "answer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace firecrawl {

struct Forwarded {
  std::string_view method;
  std::string_view path = {};   // as sent
  std::string_view query = {};  // without the question mark
  std::string_view body = {};
};

// The answer to a request that is not let through: a path that leaves the API, a body that is not
// JSON, a private target. `allows_private` says whether the last may pass.
std::optional<Answer> refuse_forwarding(const Forwarded& request, bool allows_private);

// Whether the request starts a job that gets an entry in the ledger.
bool starts_job(const Forwarded& request);
// The id in the answer to it; empty when there is none.
std::string started_job(std::string_view answer);

// How the caller reaches this host: "http://" and its Host header; empty when that is no host.
std::string base_of(std::string_view host, std::string_view forwarded_proto);

// Whether a header of Firecrawl's answer goes back to the caller: what belongs to one connection
// does not. `name` in any case.
bool is_passed_back(std::string_view name);

// Whether a header says that the answer is JSON, and so may have a `next` in it. `name` in any
// case.
bool says_json(std::string_view name, std::string_view value);

// The headers of a request that go to Firecrawl, beside the key. No encoding is asked for: the
// answer is looked into.
inline constexpr std::string_view kPassedOn[] = {"Accept", "Accept-Language", "User-Agent",
                                                 "X-Idempotency-Key"};

}  // namespace firecrawl
