// Segments: begun, written, synced, read, and begun anew.
#include "journal/payload_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL  // the library's own way to be used without linking it
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace sluice::journal {
namespace {

// Kept to be written anew; the disk gets the others back.
constexpr std::size_t kMostSpares = 2;

std::int64_t checksum_of(std::string_view bytes) {
  return std::bit_cast<std::int64_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

[[noreturn]] void fail(int reason, const std::filesystem::path& file) {
  throw std::system_error(reason, std::generic_category(), file.string());
}

// 0 for a file that is none of ours.
std::int64_t number_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  return failure == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::int64_t length_of(const Descriptor& file) {
  struct stat found {};
  return ::fstat(file.get(), &found) == 0 ? found.st_size : 0;
}

}  // namespace

PayloadLog::PayloadLog(std::filesystem::path folder, std::span<const std::int64_t> used,
                       const Options& options)
    : folder_(std::move(folder)), options_(options) {
  std::filesystem::create_directories(folder_);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::int64_t number = number_of(entry.path());
    if (number == 0) continue;
    next_number_ = std::max(next_number_, number + 1);
    held_bytes_ += static_cast<std::int64_t>(entry.file_size());
    if (std::find(used.begin(), used.end(), number) == used.end()) free(number);
  }
}

std::filesystem::path PayloadLog::file_of(std::int64_t segment) const {
  return folder_ / std::to_string(segment);
}

Place PayloadLog::append(std::string_view payload) {
  const auto bytes = static_cast<std::int64_t>(payload.size());
  if (current_.end > 0 && current_.end + bytes > options_.segment_bytes) seal();
  if (!current_.file) begin_segment();
  if (!has_room_for(bytes)) {  // but a spare one may have it
    if (current_.end == 0) free(current_.number);
    seal();
    begin_segment();
  }
  if (!has_room_for(bytes)) fail(ENOSPC, file_of(current_.number));
  for (std::int64_t done = 0; done < bytes;) {
    const auto rest = payload.substr(static_cast<std::size_t>(done));
    const ssize_t wrote =
        ::pwrite(current_.file->get(), rest.data(), rest.size(), current_.end + done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail(wrote < 0 ? errno : EIO, file_of(current_.number));
    done += wrote;
  }
  const Place place{current_.number, current_.end, bytes, checksum_of(payload)};
  current_.end += bytes;
  note_written();
  return place;
}

void PayloadLog::begin_segment() {
  std::int64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    const auto longest =
        std::max_element(spares_.begin(), spares_.end(),
                         [](const Spare& a, const Spare& b) { return a.length < b.length; });
    if (longest != spares_.end()) {
      number = longest->number;
      spares_.erase(longest);
    }
  }
  if (number == 0) {
    if (!may_grow_) fail(ENOSPC, folder_);
    number = next_number_++;
  }
  auto file = std::make_shared<Descriptor>(file_of(number), O_WRONLY | O_CREAT);
  current_ = {number, file, length_of(*file), 0};
  if (current_.length > 0) return;
  const std::scoped_lock lock(mutex_);
  has_new_file_ = true;
}

bool PayloadLog::has_room_for(std::int64_t bytes) const {
  const std::int64_t growth = current_.end + bytes - current_.length;
  if (growth <= 0) return true;
  if (!may_grow_) return false;
  const std::scoped_lock lock(mutex_);
  return options_.max_bytes == 0 || held_bytes_ + growth <= options_.max_bytes;
}

void PayloadLog::note_written() {
  const std::int64_t growth = std::max<std::int64_t>(0, current_.end - current_.length);
  current_.length += growth;
  const std::scoped_lock lock(mutex_);
  held_bytes_ += growth;
  if (dirty_.empty() || dirty_.back() != current_.file) dirty_.push_back(current_.file);
}

std::optional<std::string> PayloadLog::read(const Place& place) const try {
  const Descriptor file(file_of(place.segment), O_RDONLY);
  std::string payload(static_cast<std::size_t>(place.bytes), '\0');
  for (std::int64_t done = 0; done < place.bytes;) {
    const ssize_t got = ::pread(file.get(), payload.data() + done,
                                static_cast<std::size_t>(place.bytes - done), place.offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno, file_of(place.segment));
    if (got == 0) return std::nullopt;
    done += got;
  }
  if (checksum_of(payload) != place.checksum) return std::nullopt;
  return payload;
} catch (const std::system_error& failure) {
  if (failure.code() == std::errc::no_such_file_or_directory) return std::nullopt;
  throw;
}

void PayloadLog::free(std::int64_t segment) {
  std::error_code failure;
  const auto length =
      static_cast<std::int64_t>(std::filesystem::file_size(file_of(segment), failure));
  if (failure) return;  // lost with the power: there is nothing to be had of it
  {
    const std::scoped_lock lock(mutex_);
    if (spares_.size() < kMostSpares) return spares_.push_back({segment, length});
  }
  // What cannot be removed is spare after the next start.
  if (!std::filesystem::remove(file_of(segment), failure)) return;
  const std::scoped_lock lock(mutex_);
  held_bytes_ -= length;
}

bool PayloadLog::is_dirty() const {
  const std::scoped_lock lock(mutex_);
  return !dirty_.empty();
}

bool PayloadLog::sync() try {
  std::vector<std::shared_ptr<Descriptor>> dirty;
  bool has_new_file = false;
  {
    const std::scoped_lock lock(mutex_);
    dirty.swap(dirty_);
    has_new_file = std::exchange(has_new_file_, false);
  }
  for (const auto& file : dirty) {
    if (::fdatasync(file->get()) != 0) return false;
  }
  return !has_new_file || ::fsync(Descriptor(folder_, O_RDONLY | O_DIRECTORY).get()) == 0;
} catch (const std::system_error& failure) {  // the folder cannot be opened
  errno = failure.code().value();
  return false;
}

}  // namespace sluice::journal
