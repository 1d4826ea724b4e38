// Payloads by their places, and entries wherever they are.
#include "journal/payload_files.hpp"

#include "journal/block_buffer.hpp"
#include "journal/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

namespace sluice::journal {
namespace {

// Of the process or the machine, not of the file: it may be read later.
bool is_passing(const std::error_code& failure) {
  return failure == std::errc::too_many_files_open ||
         failure == std::errc::too_many_files_open_in_system ||
         failure == std::errc::not_enough_memory;
}

// Up to `bytes` of them, fewer at the end of the file. Throws std::system_error.
std::string read_at(const Descriptor& file, std::int64_t offset, std::size_t bytes) {
  std::string read(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ::pread(file.get(), read.data() + done, bytes - done,
                                offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category());
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  read.resize(done);
  return read;
}

// The entries of one file, in its order.
class SegmentReader {
 public:
  SegmentReader(const std::filesystem::path& file, std::int64_t segment, std::uint64_t secret)
      : file_(file, O_RDONLY),
        segment_(segment),
        secret_(secret),
        length_(static_cast<std::int64_t>(std::filesystem::file_size(file))) {}

  void collect(std::int64_t from_seq, std::vector<LoggedEntry>& found) {
    std::int64_t at = 0;
    while (at < length_) {
      const auto head = read_head(read_at(file_, at, kHeadBytes), secret_);
      if (!head) {  // what a transaction wrote ends; the next one begins with a block
        at += static_cast<std::int64_t>(kBlock) - at % static_cast<std::int64_t>(kBlock);
        continue;
      }
      const std::int64_t names_at = at + static_cast<std::int64_t>(kHeadBytes);
      const std::int64_t payload_at = names_at + static_cast<std::int64_t>(head->name_bytes());
      if (head->seq >= from_seq) keep(*head, names_at, payload_at, found);
      at = payload_at + static_cast<std::int64_t>(head->bytes);
    }
  }

 private:
  void keep(const PayloadHead& head, std::int64_t names_at, std::int64_t payload_at,
            std::vector<LoggedEntry>& found) const {
    const Place place{segment_, payload_at, static_cast<std::int64_t>(head.bytes), head.checksum};
    if (place.offset + place.bytes > length_) return;
    auto entry = read_names(head, read_at(file_, names_at, head.name_bytes()), secret_);
    if (entry) found.push_back({*std::move(entry), place});
  }

  const Descriptor file_;
  const std::int64_t segment_;
  const std::uint64_t secret_;
  const std::int64_t length_;
};

}  // namespace

std::filesystem::path segment_file(const std::filesystem::path& folder, std::int64_t segment) {
  return folder / std::to_string(segment);
}

std::int64_t segment_number(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  return failure == std::errc() && end == name.data() + name.size() ? number : 0;
}

Result<std::string> read_payload(const std::filesystem::path& folder, const Place& place) try {
  const Descriptor file(segment_file(folder, place.segment), O_RDONLY);
  std::string payload = read_at(file, place.offset, static_cast<std::size_t>(place.bytes));
  if (std::cmp_not_equal(payload.size(), place.bytes) || checksum_of(payload) != place.checksum) {
    return Error{Fault::kNotFound, "its bytes in " + folder.string() +
                                       " are damaged: check the disk, and send it again"};
  }
  return payload;
} catch (const std::system_error& failure) {
  if (is_passing(failure.code())) throw;
  const bool is_gone = failure.code() == std::errc::no_such_file_or_directory;
  return Error{is_gone ? Fault::kNotFound : Fault::kIo,
               "its bytes in " + folder.string() + " cannot be read (" + failure.code().message() +
                   "): check the disk and the permissions of that folder, and send it again"};
}

std::vector<LoggedEntry> find_entries(const std::filesystem::path& folder, std::uint64_t secret,
                                      std::int64_t from_seq) {
  std::vector<LoggedEntry> found;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::int64_t segment = segment_number(file.path());
    if (segment == 0) continue;
    try {
      SegmentReader(file.path(), segment, secret).collect(from_seq, found);
    } catch (const std::system_error& failure) {
      if (is_passing(failure.code())) throw;
    }
  }
  std::erase_if(found,
                [&](const LoggedEntry& one) { return !read_payload(folder, one.place).ok(); });
  std::sort(found.begin(), found.end(),
            [](const LoggedEntry& a, const LoggedEntry& b) { return a.entry.seq < b.entry.seq; });
  // A data folder that was put back from a copy may give a number a second time.
  const auto again = std::unique(
      found.begin(), found.end(),
      [](const LoggedEntry& a, const LoggedEntry& b) { return a.entry.seq == b.entry.seq; });
  found.erase(again, found.end());
  return found;
}

}  // namespace sluice::journal
