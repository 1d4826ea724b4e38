// Rows without bytes, and bytes without rows.
#include "journal/aftermath.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>

#include <bit>
#include <fstream>

namespace sluice::journal {
namespace {

// Entries without any file are from before there were files.
std::vector<TornEntry> find_torn(SQLite::Database& database, const std::filesystem::path& payloads,
                                 bool is_first_start) {
  std::vector<TornEntry> torn;
  SQLite::Statement row(database,
                        "SELECT seq, crawl, document_id, segment, place, bytes, checksum "
                        "FROM records WHERE segment = 0 OR ? ORDER BY seq");
  row.bind(1, is_first_start ? 1 : 0);
  while (row.executeStep()) {
    const auto payload = read_payload(payloads, place_of(row, 3));
    // One that cannot be read was acknowledged: whoever wants it is told.
    if (payload || payload.error().fault != Fault::kNotFound) continue;
    torn.push_back({.seq = row.getColumn(0).getInt64(),
                    .group = sql::text(row.getColumn(1)),
                    .document_id = sql::text(row.getColumn(2))});
  }
  return torn;
}

}  // namespace

std::string this_boot() {
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  return boot;
}

Aftermath find_aftermath(SQLite::Database& database, const std::filesystem::path& payloads,
                         const std::string& boot) {
  const std::string checked = database.execAndGet("SELECT boot FROM payloads_checked").getString();
  const bool is_first_start = boot.empty() || boot != checked;
  Aftermath found{.torn = find_torn(database, payloads, is_first_start),
                  .next_seq = database.execAndGet("SELECT next FROM record_seq").getInt64()};
  if (!is_first_start || !std::filesystem::exists(payloads)) return found;
  found.lost = find_entries(payloads, payloads_secret(database), found.next_seq);
  if (!found.lost.empty()) found.next_seq = found.lost.back().entry.seq + 1;
  return found;
}

std::uint64_t payloads_secret(SQLite::Database& database) {
  return std::bit_cast<std::uint64_t>(
      database.execAndGet("SELECT secret FROM payloads_secret").getInt64());
}

Place place_of(SQLite::Statement& row, int first) {
  return {row.getColumn(first).getInt64(), row.getColumn(first + 1).getInt64(),
          row.getColumn(first + 2).getInt64(), row.getColumn(first + 3).getInt64()};
}

}  // namespace sluice::journal
