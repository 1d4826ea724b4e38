// Heads as bytes and back.
#include "journal/payload_entry.hpp"

#define XXH_INLINE_ALL  // the library's own way to be used without linking it
#include <xxhash.h>

#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace sluice::journal {
namespace {

std::int64_t secret_checksum(std::string_view bytes, std::uint64_t secret) {
  return std::bit_cast<std::int64_t>(XXH3_64bits_withSeed(bytes.data(), bytes.size(), secret));
}

// The checksum of the head comes first, then the head as it is in memory: no gaps.
using Check = std::int64_t;
static_assert(sizeof(Check) + sizeof(PayloadHead) == kHeadBytes);
static_assert(std::is_trivially_copyable_v<PayloadHead>);
static_assert(std::has_unique_object_representations_v<PayloadHead>);

std::uint32_t length_of(const std::string& name) {
  if (name.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("a page whose address has more than 4 GiB cannot be stored");
  }
  return static_cast<std::uint32_t>(name.size());
}

}  // namespace

std::int64_t checksum_of(std::string_view bytes) {
  return std::bit_cast<std::int64_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::string head_of(const PayloadEntry& entry, std::string_view payload, std::int64_t checksum,
                    std::uint64_t secret) {
  PayloadHead head{.seq = entry.seq,
                   .cookie = entry.cookie,
                   .received_at = entry.received_at,
                   .checksum = checksum,
                   .bytes = payload.size(),
                   .op = entry.op,
                   .group = length_of(entry.group),
                   .document_id = length_of(entry.document_id),
                   .source = length_of(entry.source)};
  std::string bytes(kHeadBytes, '\0');
  bytes.append(entry.group).append(entry.document_id).append(entry.source);
  head.names_checksum = secret_checksum(std::string_view(bytes).substr(kHeadBytes), secret);
  std::memcpy(bytes.data() + sizeof(Check), &head, sizeof head);
  const Check check =
      secret_checksum(std::string_view(bytes).substr(sizeof(Check), sizeof head), secret);
  std::memcpy(bytes.data(), &check, sizeof check);
  return bytes;
}

std::optional<PayloadHead> read_head(std::string_view bytes, std::uint64_t secret) {
  if (bytes.size() < kHeadBytes) return std::nullopt;
  Check check = 0;
  std::memcpy(&check, bytes.data(), sizeof check);
  PayloadHead head;
  std::memcpy(&head, bytes.data() + sizeof check, sizeof head);
  if (secret_checksum(bytes.substr(sizeof check, sizeof head), secret) != check) return {};
  return head;
}

std::optional<PayloadEntry> read_names(const PayloadHead& head, std::string_view names,
                                       std::uint64_t secret) {
  if (names.size() != head.name_bytes()) return std::nullopt;
  if (secret_checksum(names, secret) != head.names_checksum) return std::nullopt;
  return PayloadEntry{
      .seq = head.seq,
      .group = std::string(names.substr(0, head.group)),
      .document_id = std::string(names.substr(head.group, head.document_id)),
      .source = std::string(names.substr(std::size_t{head.group} + head.document_id, head.source)),
      .cookie = head.cookie,
      .op = head.op,
      .received_at = head.received_at};
}

}  // namespace sluice::journal
