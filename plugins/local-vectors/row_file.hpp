// RowFile: the durable truth, a SQLite file with each chunk's vector, text and metadata.
#pragma once

#include "attributes.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace local_vectors {

// A chunk to be kept. A view.
struct FileRow {
  std::string_view document_id;
  std::uint32_t ordinal = 0;
  std::span<const float> unit;  // scaled to length one
  std::string_view text;
  std::string_view metadata;  // one JSON object
  AttributeViews attributes;
};

// The numbers a chunk and its document have for as long as they exist, and nobody after them.
struct RowNumbers {
  std::int64_t key = 0;
  std::int64_t document = 0;
};

// The one writer. Not thread-safe. Everything throws SQLite::Exception.
class RowFile {
 public:
  // Makes the file when it is missing. Throws std::runtime_error, too, for one of another program.
  RowFile(const std::filesystem::path& file, std::chrono::milliseconds patience);

  SQLite::Transaction begin();

  // 0 until one is set; it stays for good.
  std::size_t dimension();
  void set_dimension(std::size_t dimension);

  RowNumbers put(const FileRow& row);
  // Removes the document's chunks from `ordinal` on, and the document when none is left. Returns
  // the keys of those removed.
  std::vector<std::int64_t> remove_from(std::string_view document_id, std::uint32_t ordinal);

  // Calls `row` for every chunk, in the order they lie in the file.
  struct Loaded {
    RowNumbers numbers;
    std::span<const float> unit;
    AttributeViews attributes;
  };
  void each(const std::function<void(const Loaded&)>& row);

  // Lets the pages go that are kept for the next read.
  void release_memory();

 private:
  std::optional<std::int64_t> find_document(std::string_view id);
  std::int64_t find_or_add_document(std::string_view id);

  SQLite::Database database_;
  SQLite::Statement find_document_, add_document_, drop_document_;
  SQLite::Statement put_chunk_, put_text_;
  SQLite::Statement drop_texts_, drop_chunks_;
};

// One reader beside the writer, on one thread at a time. What it reads between begin and end is of
// one moment. Throws SQLite::Exception.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, std::chrono::milliseconds patience);

  void begin();
  void end() noexcept;

  struct Vector {
    std::int64_t document = 0;
    std::uint32_t ordinal = 0;
    std::span<const float> unit;  // until the next call
  };
  std::optional<Vector> vector(std::int64_t key);
  std::string document_id(std::int64_t document);
  struct Text {
    std::string text;
    std::string metadata;
  };
  Text text(std::int64_t key);

  // Like RowFile's.
  void release_memory();

 private:
  SQLite::Database database_;
  SQLite::Statement find_vector_, find_document_, find_text_;
  std::vector<float> unit_;
};

}  // namespace local_vectors
