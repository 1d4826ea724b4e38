// DeadLetters: the records that were given up, with the reason, until somebody replays or drops
// them.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "journal/group_commit.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::flow {

struct DeadLetter {
  std::int64_t id = 0;  // given by file()
  std::string document_id{};
  std::string url{};
  std::string crawl_id{};
  std::string stage{};
  std::string reason{};
  std::uint64_t attempts = 0;
  Wall::time_point first_at{};
  Wall::time_point last_at{};
  std::int64_t version = 0;  // of the document, as Delivery counts; 0 where nobody knows any more
  std::string payload{};     // the record as bytes; empty in lists
};

// Owned by the flow, made between GroupCommit::open and start. Methods that take a Database run
// inside a Work on the writer thread and throw what SQLite throws; the others run on any thread but
// that one.
class DeadLetters final {
 public:
  // Empty: any.
  struct Filter {
    std::string stage{};
    std::string crawl_id{};
    std::string document_id{};
  };
  struct Page {
    std::vector<DeadLetter> items;
    std::uint64_t total = 0;
  };
  struct StageCount {
    std::string stage{};
    std::uint64_t letters = 0;
  };

  static Result<std::unique_ptr<DeadLetters>> open(journal::GroupCommit& commits);
  ~DeadLetters();
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;

  // One letter per document, crawl and stage. Filed again, it keeps its id and first_at, adds up
  // its attempts and takes everything else from the newer one. Returns the id.
  std::int64_t file(SQLite::Database& database, const DeadLetter& letter);
  // The sinks hold this version: nobody needs those of the document up to it any more.
  void drop_superseded(SQLite::Database& database, const std::string& document_id,
                       std::int64_t version);
  // Whether there was one.
  bool erase(SQLite::Database& database, std::int64_t id);

  // erase in a transaction of its own; never blocks. `then` runs where a Done does.
  void drop_later(std::int64_t id, std::function<void(const Result<bool>& was_there)> then);

  Result<std::optional<DeadLetter>> find(std::int64_t id) const;
  // Newest first, without payloads.
  Result<Page> list(const Filter& filter, std::size_t limit, std::size_t offset) const;
  Result<std::vector<StageCount>> count_by_stage() const;

 private:
  struct Reader;

  explicit DeadLetters(journal::GroupCommit& commits);

  journal::GroupCommit& commits_;
  SQLite::Statement file_, erase_, drop_superseded_;  // the writer thread's
  const std::unique_ptr<Reader> reader_;
};

}  // namespace sluice::flow
