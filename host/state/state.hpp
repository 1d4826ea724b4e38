// State: small durable keys, kept apart for each plugin instance.
#pragma once

#include "base/result.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::state {

// Owned by the app. Any thread that may block: a put waits for the disk and survives power loss.
class State final {
 public:
  static constexpr std::size_t kMostBytes = 1 << 20;  // of a value
  static constexpr std::size_t kMostKeyBytes = 1024;

  struct Key {
    std::string_view instance;
    std::string_view key;
  };

  // Opens `<folder>/state.db`; the folder exists and is this process's own.
  static Result<std::unique_ptr<State>> open(const std::filesystem::path& folder);
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // None: no such key.
  Result<std::optional<std::string>> get(Key key) const;
  Result<void> put(Key key, std::string_view value);
  // Fine where there is no such key.
  Result<void> erase(Key key);
  // The instance's keys that begin with `prefix`, in the order of their bytes, with their values.
  Result<std::vector<std::pair<std::string, std::string>>> scan(Key prefix) const;

  // A random UUID, made when this folder was first used: this host, in the eyes of others.
  const std::string& owner_id() const { return owner_id_; }

 private:
  explicit State(const std::filesystem::path& folder);

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;  // guards all below, except owner_id_
  SQLite::Database database_;
  mutable SQLite::Statement get_, scan_;
  SQLite::Statement put_, erase_;
  std::string owner_id_;  // fixed by open()
};

}  // namespace sluice::state
