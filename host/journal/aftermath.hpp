// Aftermath: what a loss of power left in the data folder.
#pragma once

#include "journal/payload_files.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::journal {

struct TornEntry {
  std::int64_t seq = 0;
  std::string group{};
  std::string document_id{};
};

struct Aftermath {
  // In the database, and their payloads did not reach the disk: nobody was told that they were
  // accepted, and their sender will send them again. To be removed, and taken out of whatever else
  // counts them.
  std::vector<TornEntry> torn{};
  // In the log alone: the database did not reach the disk. To be restored, and counted by whatever
  // else counts them. By number; some may not have been acknowledged either.
  std::vector<LoggedEntry> lost{};
  std::int64_t next_seq = 1;  // no entry has it or a higher one
};

// Which run of the kernel this is; empty where it does not say.
std::string this_boot();

// Looks through the tables of the journal and the files in `payloads`, in the first start of a boot
// only: what a process wrote outlives it, and only a machine that started anew can have lost
// something. Throws what SQLite throws, and std::system_error.
Aftermath find_aftermath(SQLite::Database& database, const std::filesystem::path& payloads,
                         const std::string& boot);

// The number that heads in the log are made with.
std::uint64_t payloads_secret(SQLite::Database& database);

// Of four columns from `first` on.
Place place_of(SQLite::Statement& row, int first);

}  // namespace sluice::journal
