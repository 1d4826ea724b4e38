// UUIDs from names, as RFC 4122 section 4.3 has them.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Version 5 (SHA-1) in the URL namespace: the same text gives the same UUID, on every machine.
std::string uuid_of_url(std::string_view url);

// Version 4, from the machine's random source.
std::string random_uuid();

}  // namespace sluice
