// Opens once and asks the open file, so that what is checked is what is read.
#include "plugin/plugin_file.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace sluice::plugin {
namespace {

// Plugins have a few MB; with debug information and static libraries, a few hundred.
constexpr off_t kMaxSize = off_t{1} << 30;

class OpenFile {
 public:
  // Non-blocking, so that a FIFO cannot hold the host.
  explicit OpenFile(const std::filesystem::path& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error system_error(const std::filesystem::path& path, const char* what, int code) {
  const Fault fault = code == ENOENT || code == ENOTDIR ? Fault::kNotFound : Fault::kIo;
  return {fault, path.string() + ": " + what + ": " + std::generic_category().message(code)};
}

Result<std::vector<std::byte>> read_all(const std::filesystem::path& path, int fd, off_t size) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path, "cannot be read", errno);
    if (got == 0) break;  // it has shrunk since
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

bool is_open_to_others(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

Error open_to_others(const std::filesystem::path& path, const std::string& what) {
  return {Fault::kConfig, what +
                              " is writable by others than its owner, who could put any code into"
                              " this host; run: chmod go-w " +
                              path.string()};
}

enum class Trust : uint8_t { kAnybody, kOwnerOnly };

Result<std::vector<std::byte>> read_checked(const std::filesystem::path& path, Trust trust) {
  const OpenFile file(path);
  if (file.get() < 0) return system_error(path, "cannot be opened", errno);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return system_error(path, "cannot be examined", errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{Fault::kConfig,
                 path.string() + " is not a regular file; a plugin is a file <name>.so"};
  }
  if (trust == Trust::kOwnerOnly && is_open_to_others(status))
    return open_to_others(path, path.string());
  if (status.st_size > kMaxSize)
    return Error{Fault::kConfig, path.string() + " has more than 1 GiB; that is no plugin"};
  return read_all(path, file.get(), status.st_size);
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path) {
  return read_checked(path, Trust::kAnybody);
}

Result<std::vector<std::byte>> read_trusted(const std::filesystem::path& path) {
  if (!path.is_absolute()) {
    return Error{Fault::kConfig, path.string() +
                                     " is a relative path, which means another file in another"
                                     " folder; give the absolute path of the plugin"};
  }
  // Whoever may write the folder that a link lies in, or the one it leads to, chooses the file.
  std::error_code ignored;
  const auto real = std::filesystem::canonical(path, ignored);  // empty: read_checked says why
  for (const auto& folder : {path.parent_path(), real.parent_path()}) {
    struct stat status {};
    if (folder.empty() || stat(folder.c_str(), &status) != 0) continue;
    if (is_open_to_others(status)) {
      return open_to_others(folder,
                            "the folder " + folder.string() + " of " + path.filename().string());
    }
  }
  return read_checked(path, Trust::kOwnerOnly);
}

std::string sha256_of(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 0xFU];
  }
  return hex;
}

}  // namespace sluice::plugin
