// StatementUse: a prepared statement while it is in use.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace local_vectors {

// Binds in order, and frees the statement for the next use when it goes out of scope. What is bound
// must live as long as this.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

  // A null pointer would bind NULL, hence the "".
  StatementUse& operator<<(std::string_view bytes) {
    statement_.bindNoCopy(++bound_, bytes.empty() ? "" : bytes.data(),
                          static_cast<int>(bytes.size()));
    return *this;
  }
  StatementUse& operator<<(std::int64_t number) {
    statement_.bind(++bound_, number);
    return *this;
  }
  StatementUse& operator<<(std::span<const float> floats) {
    statement_.bindNoCopy(++bound_, floats.data(), static_cast<int>(floats.size_bytes()));
    return *this;
  }

  bool row() { return statement_.executeStep(); }
  void run() { statement_.exec(); }
  SQLite::Column column(int index) { return statement_.getColumn(index); }

 private:
  SQLite::Statement& statement_;
  int bound_ = 0;
};

}  // namespace local_vectors
