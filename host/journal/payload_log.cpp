// Segments: begun, written, synced, and begun anew.
#include "journal/payload_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice::journal {
namespace {

// Kept to be written anew; the disk gets the others back.
constexpr std::size_t kMostSpares = 2;
// A transaction that has gathered this much is written in parts; also what is kept for the next.
constexpr std::size_t kMostGathered = 4 << 20;

[[noreturn]] void fail(int reason, const std::filesystem::path& file) {
  throw std::system_error(reason, std::generic_category(), file.string());
}

std::filesystem::path made(std::filesystem::path folder) {
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

PayloadLog::PayloadLog(std::filesystem::path folder, std::span<const std::int64_t> used,
                       const Options& options)
    : folder_(made(std::move(folder))),
      options_(options),
      folder_file_(folder_, O_RDONLY | O_DIRECTORY) {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::int64_t number = segment_number(entry.path());
    if (number == 0) continue;
    next_number_ = std::max(next_number_, number + 1);
    std::error_code none;
    const auto length = entry.file_size(none);
    held_bytes_ += none ? 0 : static_cast<std::int64_t>(length);
    if (std::find(used.begin(), used.end(), number) == used.end()) free(number);
  }
}

Place PayloadLog::append(const PayloadEntry& entry, std::string_view payload) {
  const std::int64_t checksum = checksum_of(payload);
  const std::string head = head_of(entry, payload, checksum, options_.secret);
  make_room_for(head.size() + payload.size());
  gathered_.append(head);
  const Place place{current_.number, end(), static_cast<std::int64_t>(payload.size()), checksum};
  gathered_.append(payload);
  return place;
}

// Where the next byte goes.
std::int64_t PayloadLog::end() const {
  return current_.end + written_ + static_cast<std::int64_t>(gathered_.size());
}

void PayloadLog::make_room_for(std::size_t bytes) {
  const auto more = static_cast<std::int64_t>(bytes);
  if (gathered_.size() > 0 && gathered_.size() + bytes > kMostGathered) write_gathered();
  if (current_.file && end() > 0 && end() + more > options_.segment_bytes) {
    write_gathered();
    seal_written();
  }
  if (!current_.file) begin_segment();
  if (!has_room_for(bytes)) {  // but a spare one may have it
    write_gathered();
    if (end() == 0) free(current_.number);
    seal_written();
    begin_segment();
  }
  if (!has_room_for(bytes)) fail(ENOSPC, segment_file(folder_, current_.number));
}

// In the middle of a transaction: what it wrote stays where it is, whatever becomes of it.
void PayloadLog::seal_written() {
  written_ = 0;
  seal();
}

void PayloadLog::drop() { gathered_.truncate(std::min(kept_, gathered_.size())); }

void PayloadLog::write() { write_gathered(); }

void PayloadLog::committed() { current_.end += std::exchange(written_, 0); }

void PayloadLog::rolled_back() {
  written_ = 0;
  kept_ = 0;
  gathered_.clear(kMostGathered);
}

void PayloadLog::write_gathered() {
  const auto blocks = gathered_.blocks();
  if (blocks.empty()) return;
  current_.file->write(blocks, current_.end + written_);
  written_ += static_cast<std::int64_t>(blocks.size());
  kept_ = 0;
  gathered_.clear(kMostGathered);
  note_written(current_.end + written_);
  if (!has_new_file_) return;
  if (::fsync(folder_file_.get()) != 0) fail(errno, folder_);
  has_new_file_ = false;
}

void PayloadLog::note_written(std::int64_t end) {
  const std::int64_t growth = std::max<std::int64_t>(0, end - current_.length);
  current_.length += growth;
  const std::scoped_lock lock(mutex_);
  held_bytes_ += growth;
  if (options_.writes == Writes::kThrough) return;
  if (dirty_.empty() || dirty_.back() != current_.file) dirty_.push_back(current_.file);
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
  auto file = std::make_shared<SegmentFile>(segment_file(folder_, number), options_.writes);
  current_ = {number, file, file->length(), 0};
  if (current_.length > 0) return;
  if (options_.writes == Writes::kThrough) {
    has_new_file_ = true;
    return;
  }
  const std::scoped_lock lock(mutex_);
  is_folder_dirty_ = true;
}

bool PayloadLog::has_room_for(std::size_t bytes) const {
  const auto needed = whole_blocks(gathered_.size() + bytes);
  const std::int64_t growth =
      current_.end + written_ + static_cast<std::int64_t>(needed) - current_.length;
  if (growth <= 0) return true;
  if (!may_grow_) return false;
  const std::scoped_lock lock(mutex_);
  return options_.max_bytes == 0 || held_bytes_ + growth <= options_.max_bytes;
}

void PayloadLog::free(std::int64_t segment) {
  const auto file = segment_file(folder_, segment);
  std::error_code failure;
  const auto length = static_cast<std::int64_t>(std::filesystem::file_size(file, failure));
  if (failure) return;  // lost with the power: there is nothing to be had of it
  {
    const std::scoped_lock lock(mutex_);
    if (spares_.size() < kMostSpares) return spares_.push_back({segment, length});
  }
  // What cannot be removed is spare after the next start.
  if (!std::filesystem::remove(file, failure)) return;
  const std::scoped_lock lock(mutex_);
  held_bytes_ -= length;
}

bool PayloadLog::sync() {
  std::vector<std::shared_ptr<SegmentFile>> dirty;
  bool is_folder_dirty = false;
  {
    const std::scoped_lock lock(mutex_);
    dirty.swap(dirty_);
    is_folder_dirty = std::exchange(is_folder_dirty_, false);
  }
  for (const auto& file : dirty) {
    if (!file->sync()) return false;
  }
  return !is_folder_dirty || ::fsync(folder_file_.get()) == 0;
}

}  // namespace sluice::journal
