// Where a benchmark makes its folder: what is there already is not touched.
#pragma once

#include <filesystem>

namespace sluice::bench {

// The argument, or the system's folder for such.
inline std::filesystem::path place_of(int argc, char** argv, int index) {
  return argc > index ? std::filesystem::path(argv[index]) : std::filesystem::temp_directory_path();
}

}  // namespace sluice::bench
