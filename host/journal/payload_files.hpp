// The files of the payload log, for whoever reads them.
#pragma once

#include "base/result.hpp"
#include "journal/payload_entry.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::journal {

// Where a payload lies, and how to tell that it is whole.
struct Place {
  std::int64_t segment = 0;  // the number of its file
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t checksum = 0;  // checksum_of the bytes
};

std::filesystem::path segment_file(const std::filesystem::path& folder, std::int64_t segment);
// 0 for a file that is none of the log's.
std::int64_t segment_number(const std::filesystem::path& file);

// The payload. kNotFound: what lies there is not what was written; kIo: the disk does not give it.
// Throws std::system_error when the machine has no room to read anything now: no memory, no
// descriptor.
Result<std::string> read_payload(const std::filesystem::path& folder, const Place& place);

// What was accepted, as the log tells it.
struct LoggedEntry {
  PayloadEntry entry;
  Place place;
};

// The entries in the files of `folder` with numbers from `from_seq` on whose payloads are whole, by
// number. Files that cannot be read are passed over. Throws as read_payload.
std::vector<LoggedEntry> find_entries(const std::filesystem::path& folder, std::uint64_t secret,
                                      std::int64_t from_seq);

}  // namespace sluice::journal
