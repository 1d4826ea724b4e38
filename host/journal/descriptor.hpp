// Descriptor: an open file, closed with its owner.
#pragma once

#include <filesystem>
#include <utility>

namespace sluice::journal {

class Descriptor final {
 public:
  // `flags` as for open(2). Throws std::system_error that names the file.
  Descriptor(const std::filesystem::path& file, int flags);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }

 private:
  int number_;
};

}  // namespace sluice::journal
