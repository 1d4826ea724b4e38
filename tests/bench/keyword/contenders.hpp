// What is compared: one face for three engines.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus.hpp"
#include "index/keyword_index.hpp"

namespace bench {

class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string_view name() const = 0;
  virtual void insert(std::span<const Page> batch) = 0;  // durable when it returns, where it can be
  virtual std::size_t rank(const std::string& query) = 0;  // the ten best; returns how many
  // The ten best with text and snippet, as a search page shows them.
  virtual std::size_t show(const std::string& query) = 0;
};

// plugins/bm25-sink as it is.
class Sluice final : public Contender {
 public:
  explicit Sluice(const std::filesystem::path& folder) : index_(folder, {}) {}
  std::string_view name() const override { return "sluice"; }
  void insert(std::span<const Page> batch) override;
  std::size_t rank(const std::string& query) override;
  std::size_t show(const std::string& query) override;
  bm25::KeywordIndex& index() { return index_; }

 private:
  bm25::KeywordIndex index_;
};

// SQLite FTS5, tuned: large pages and segments, rare checkpoints, the same durability.
class Fts5 final : public Contender {
 public:
  explicit Fts5(const std::filesystem::path& file);
  std::string_view name() const override { return "fts5"; }
  void insert(std::span<const Page> batch) override;
  std::size_t rank(const std::string& query) override;
  std::size_t show(const std::string& query) override;

 private:
  SQLite::Database database_;
  SQLite::Statement insert_;
  SQLite::Statement rank_;
  SQLite::Statement show_;
};

// The engine that Sluice replaces, told again in C++: every insertion builds the whole model anew,
// every query scores and sorts all documents. In memory only.
class Original final : public Contender {
 public:
  std::string_view name() const override { return "original"; }
  void insert(std::span<const Page> batch) override;
  std::size_t rank(const std::string& query) override;
  std::size_t show(const std::string& query) override { return rank(query); }

  // Adds without building, to reach a size in reasonable time.
  void add(std::span<const Page> batch);
  void rebuild();

 private:
  std::vector<std::vector<std::string>> corpus_;
  std::vector<std::unordered_map<std::string_view, std::uint32_t>> frequencies_;
  std::unordered_map<std::string_view, double> idf_;
  double average_ = 0;
};

}  // namespace bench
