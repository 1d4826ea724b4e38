// Job ids in answers: the same page of the same crawl always gets the same one.
#pragma once

#include <string>
#include <string_view>

namespace firecrawl {

// The version 5 (SHA-1) UUID of `name` in the URL namespace of RFC 4122, in lower case.
std::string uuid5_of_url(std::string_view name);

}  // namespace firecrawl
