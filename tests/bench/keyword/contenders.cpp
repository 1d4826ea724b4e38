#include "contenders.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace bench {
namespace {

constexpr std::size_t kLimit = 10;

// Words as an FTS5 query: quoted and OR-ed.
std::string any_word(const std::string& query) {
  std::istringstream words(query);
  std::string out;
  for (std::string word; words >> word;) {
    if (!out.empty()) out += " OR ";
    out += '"' + word + '"';
  }
  return out;
}

SQLite::Database open(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("PRAGMA page_size = 8192");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA wal_autocheckpoint = 8000");
  database.exec("PRAGMA cache_size = -65536");
  database.exec(
      "CREATE VIRTUAL TABLE pages USING fts5(title, text, document UNINDEXED, domain UNINDEXED, "
      "tokenize = 'porter unicode61')");
  database.exec("INSERT INTO pages (pages, rank) VALUES ('pgsz', 8000)");
  database.exec("INSERT INTO pages (pages, rank) VALUES ('automerge', 8)");
  return database;
}

}  // namespace

void Sluice::insert(std::span<const Page> batch) {
  std::vector<bm25::Write> writes(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    bm25::Chunk& chunk = writes[i].chunk;
    chunk.document = batch[i].document;
    chunk.ordinal = batch[i].ordinal;
    chunk.title = batch[i].title;
    chunk.text = batch[i].text;
    chunk.attributes.domain = batch[i].domain;
    chunk.attributes.language = "en";
  }
  if (const auto failure = index_.write(writes)) throw std::runtime_error(failure->message);
}

std::size_t Sluice::rank(const std::string& query) {
  return index_.rank({.query = query, .filter = {}, .limit = kLimit}).hits.size();
}

std::size_t Sluice::show(const std::string& query) {
  return index_.search({.query = query, .filter = {}, .limit = kLimit}).hits.size();
}

Fts5::Fts5(const std::filesystem::path& file)
    : database_(open(file)),
      insert_(database_, "INSERT INTO pages (title, text, document, domain) VALUES (?, ?, ?, ?)"),
      rank_(database_, "SELECT rowid, rank FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT 10"),
      show_(database_,
            "SELECT document, text, snippet(pages, 1, '', '', '...', 40), rank FROM pages "
            "WHERE pages MATCH ? ORDER BY rank LIMIT 10") {}

void Fts5::insert(std::span<const Page> batch) {
  SQLite::Transaction transaction(database_);
  for (const Page& page : batch) {
    insert_.reset();
    insert_.bindNoCopy(1, page.title);
    insert_.bindNoCopy(2, page.text);
    insert_.bindNoCopy(3, page.document);
    insert_.bindNoCopy(4, page.domain);
    insert_.exec();
  }
  transaction.commit();
}

std::size_t Fts5::rank(const std::string& query) {
  rank_.reset();
  rank_.bind(1, any_word(query));
  std::size_t hits = 0;
  while (rank_.executeStep()) ++hits;
  return hits;
}

std::size_t Fts5::show(const std::string& query) {
  show_.reset();
  show_.bind(1, any_word(query));
  std::size_t bytes = 0;
  while (show_.executeStep()) {
    bytes += show_.getColumn(1).getString().size() + show_.getColumn(2).getString().size();
  }
  return bytes;
}

void Original::insert(std::span<const Page> batch) {
  add(batch);
  rebuild();
}

void Original::add(std::span<const Page> batch) {
  for (const Page& page : batch) {
    std::vector<std::string>& words = corpus_.emplace_back();
    std::istringstream in(page.text);
    for (std::string word; in >> word;) words.push_back(std::move(word));
  }
}

void Original::rebuild() {
  frequencies_.clear();
  std::unordered_map<std::string_view, std::uint32_t> holders;
  double words = 0;
  for (const auto& document : corpus_) {
    auto& own = frequencies_.emplace_back();
    for (const std::string& word : document) ++own[word];
    for (const auto& [word, count] : own) ++holders[word];
    words += static_cast<double>(document.size());
  }
  average_ = words / static_cast<double>(corpus_.size());
  idf_.clear();
  for (const auto& [word, count] : holders) {
    idf_[word] =
        std::log(static_cast<double>(corpus_.size()) - count + 0.5) - std::log(count + 0.5);
  }
}

std::size_t Original::rank(const std::string& query) {
  std::istringstream in(query);
  std::vector<double> scores(corpus_.size());
  for (std::string word; in >> word;) {
    const auto idf = idf_.find(word);
    for (std::size_t i = 0; i < corpus_.size(); ++i) {
      const auto found = frequencies_[i].find(word);
      if (found == frequencies_[i].end() || idf == idf_.end()) continue;
      const double length = static_cast<double>(corpus_[i].size()) / average_;
      scores[i] +=
          idf->second * found->second * 2.5 / (found->second + 1.5 * (0.25 + 0.75 * length));
    }
  }
  std::vector<std::size_t> order(corpus_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return std::min(kLimit, order.size());
}

}  // namespace bench
