// The file of a plugin: may it be trusted, and what is in it.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace sluice::plugin {

// All bytes of a regular file. An Error for anything else, and for more than 1 GiB.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path);

// read_file, of a file that nobody but its owner could have written: neither it nor its folder is
// writable by group or others. `path` must be absolute.
Result<std::vector<std::byte>> read_trusted(const std::filesystem::path& path);

// 64 hexadecimal digits.
std::string sha256_of(std::span<const std::byte> bytes);

}  // namespace sluice::plugin
