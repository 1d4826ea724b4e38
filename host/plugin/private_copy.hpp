// The private copy of a plugin: what is loaded is never the file that somebody may overwrite while
// its pages are mapped.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace sluice::plugin {

// <folder>/<sha256>.so with exactly `bytes`, made when it is missing or differs. The folder is made
// (0700) when it is missing, and must be ours alone.
Result<std::filesystem::path> keep_copy(const std::filesystem::path& folder,
                                        std::span<const std::byte> bytes,
                                        const std::string& sha256);

}  // namespace sluice::plugin
