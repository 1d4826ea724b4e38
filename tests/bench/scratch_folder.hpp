// A folder of a benchmark's own, gone at the end: nothing that was there before is touched.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sluice::bench {

class ScratchFolder final {
 public:
  // Within `where`, whose disk is measured.
  explicit ScratchFolder(const std::filesystem::path& where) {
    std::string name = (where / "sluice-bench-XXXXXX").string();
    if (!mkdtemp(name.data())) {
      throw std::runtime_error("no folder can be made in " + where.string());
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;  // what is left over does no harm
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The argument, or the system's folder for such.
inline std::filesystem::path place_of(int argc, char** argv, int index) {
  return argc > index ? std::filesystem::path(argv[index]) : std::filesystem::temp_directory_path();
}

}  // namespace sluice::bench
