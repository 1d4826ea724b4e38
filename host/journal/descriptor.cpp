// open(2) and close(2).
#include "journal/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sluice::journal {
namespace {

constexpr mode_t kMode = 0640;  // of files that are made: as those of the database

}  // namespace

Descriptor::Descriptor(const std::filesystem::path& file, int flags)
    : number_(::open(file.c_str(), flags | O_CLOEXEC, kMode)) {
  if (number_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
}

Descriptor::~Descriptor() { ::close(number_); }

}  // namespace sluice::journal
