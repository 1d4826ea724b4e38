// The stores, one after the other, and what the power took from them.
#include "app/data_folder.hpp"

#include "app/host_meters.hpp"

#include <sluice/abi/records.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

journal::Sync sync_of(config::JournalSync sync) {
  switch (sync) {
    case config::JournalSync::kInterval:
      return journal::Sync::kInterval;
    case config::JournalSync::kOff:
      return journal::Sync::kOff;
    default:
      return journal::Sync::kAlways;
  }
}

template <class T>
Result<void> keep(std::unique_ptr<T>& place, Result<std::unique_ptr<T>> opened) {
  if (!opened) return std::move(opened).error();
  place = std::move(*opened);
  return {};
}

// Nobody was told of these pages: they are taken out everywhere, so that they are new when they
// come again.
void take_back(const DataFolder& folder, SQLite::Database& database,
               const std::vector<journal::TornEntry>& torn) {
  std::vector<std::int64_t> seqs;
  for (const auto& page : torn) {
    folder.ledger->take_back(database, page.group, page.document_id);
    seqs.push_back(page.seq);
  }
  folder.journal->remove(database, seqs);
}

// What is entered here is what the page's arrival entered; a page that its crawl has had in another
// version since is processed all the same.
void bring_back(const DataFolder& folder, SQLite::Database& database, std::string_view mode,
                const std::vector<journal::LoggedEntry>& lost) {
  for (const auto& page : lost) {
    const crawls::Ledger::Origin origin{page.entry.group, page.entry.source, mode};
    if (page.entry.op == SLUICE_UPSERT) {
      folder.ledger->receive(database, {origin, page.entry.document_id, crawls::Look::kSecond});
    }
    folder.ledger->open(database, origin);
    folder.journal->restore(database, page);
  }
}

Result<void> take_over(const DataFolder& folder, std::string_view mode, const observe::Log& log) {
  const auto left = folder.journal->take_aftermath();
  if (!left.torn.empty()) {
    log.write(observe::Level::kWarn, "journal",
              "pages that had not been acknowledged did not reach the disk before the power went; "
              "whoever sent them sends them again",
              {{"pages", left.torn.size()}});
  }
  if (!left.lost.empty()) {
    log.write(observe::Level::kInfo, "journal",
              "pages that the power took from the database are back from the log of payloads",
              {{"pages", left.lost.size()}});
  }
  return folder.commits->run([&](SQLite::Database& database) {
    take_back(folder, database, left.torn);
    bring_back(folder, database, mode, left.lost);
    folder.journal->taken_over(database);
  });
}

}  // namespace

Result<DataFolder> DataFolder::open(const config::Pipeline& pipeline, Surroundings around) {
  DataFolder folder;
  journal::GroupCommit::Options options;
  options.sync = sync_of(pipeline.journal_sync);
  options.on_group = group_meter(around.metrics);
  options.on_broken = [&log = around.log, stop = around.on_broken](const Error& error) {
    log.write(observe::Level::kError, "journal", error.message);
    stop();
  };
  const auto writes =
      options.sync == journal::Sync::kAlways ? journal::Writes::kThrough : journal::Writes::kCached;
  auto opened = keep(folder.commits, journal::GroupCommit::open(pipeline.data, std::move(options)));
  if (opened) {
    opened = keep(folder.journal, journal::Journal::open(*folder.commits, {.writes = writes}));
  }
  if (opened) opened = keep(folder.ledger, crawls::Ledger::open(*folder.commits, around.clock));
  if (opened) opened = keep(folder.dead_letters, flow::DeadLetters::open(*folder.commits));
  if (opened) {
    opened = keep(folder.archive,
                  content::Archive::open(*folder.commits, around.clock,
                                         {pipeline.content.keep, pipeline.content.max_bytes}));
  }
  if (opened) opened = keep(folder.state, state::State::open(pipeline.data));
  if (!opened) return std::move(opened).error();
  folder.commits->start();
  auto taken = take_over(folder, config::text_of(pipeline.mode), around.log);
  if (!taken) return std::move(taken).error();
  return folder;
}

}  // namespace sluice::app
