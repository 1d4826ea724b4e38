// PayloadEntry: what the payload log writes in front of each payload, so that the log alone can
// tell what was accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::journal {

// Of a payload, 64 bits of XXH3 (https://github.com/Cyan4973/xxHash).
std::int64_t checksum_of(std::string_view bytes);

struct PayloadEntry {
  std::int64_t seq = 0;
  std::string group{};
  std::string document_id{};
  std::string source{};
  std::uint64_t cookie = 0;
  std::uint32_t op = 0;
  std::int64_t received_at = 0;  // milliseconds since the epoch
};

// A head: kHeadBytes, the same for each entry, and then its names. In the machine's byte order, as
// host.db does not leave its machine either. Both parts have a checksum made with `secret`, a
// number that only this data folder knows, so that no page can hold something that looks like a
// head.
inline constexpr std::size_t kHeadBytes = 72;

struct PayloadHead {
  std::int64_t seq = 0;
  std::uint64_t cookie = 0;
  std::int64_t received_at = 0;
  std::int64_t checksum = 0;        // of the payload
  std::int64_t names_checksum = 0;  // of group, document id and source
  std::uint64_t bytes = 0;          // of the payload, which follows the names
  std::uint32_t op = 0;
  std::uint32_t group = 0, document_id = 0, source = 0;  // bytes of each

  std::size_t name_bytes() const { return std::size_t{group} + document_id + source; }
};

// The head of an entry with its names. Throws std::length_error: a name of more than 4 GiB.
std::string head_of(const PayloadEntry& entry, std::string_view payload, std::int64_t checksum,
                    std::uint64_t secret);

// From kHeadBytes bytes. None: that is no head of this log.
std::optional<PayloadHead> read_head(std::string_view bytes, std::uint64_t secret);

// With the names that follow the head. None: they are not whole.
std::optional<PayloadEntry> read_names(const PayloadHead& head, std::string_view names,
                                       std::uint64_t secret);

}  // namespace sluice::journal
