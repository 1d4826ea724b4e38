// A folder that is gone when the test is over.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::testing {

class TemporaryFolder final {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file, with the folders on the way to it; returns its path.
  std::filesystem::path write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// Empty when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace sluice::testing
