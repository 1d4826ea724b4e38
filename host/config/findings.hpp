// Findings: everything that is wrong with a pipeline file, each at its place, reported in one go.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace sluice::config {

// Where something stands, 1-based; columns count code points. Line 0: the file as a whole.
struct Position {
  unsigned line = 0;
  unsigned column = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

enum class Severity { kError, kWarning };

struct Finding {
  std::string file;  // as the user named it; "--set" for an override
  Position at;
  std::string path;     // "stages.embed.concurrency"; empty for the file itself
  std::string message;  // what is wrong and what to do, without a full stop
  Severity severity = Severity::kError;

  // `file:line:column: path: what`, one line.
  std::string text() const;
};

// A list of findings. Keeps the first kMostKept and counts the rest, so that a hostile file cannot
// make it grow. Thread-compatible.
class Findings {
 public:
  static constexpr std::size_t kMostKept = 1000;

  void add(Finding finding);
  void merge(Findings other);

  // By file, line and column; equal places keep their order. Exact repetitions are dropped.
  void sort();

  const std::vector<Finding>& items() const { return items_; }
  bool empty() const { return errors_ + warnings_ == 0; }
  bool has_errors() const { return errors_ > 0; }
  bool is_full() const { return items_.size() >= kMostKept; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }

  // One line each and a closing line such as "2 errors. Nothing was started."; empty if empty.
  std::string text() const;

  // [{file, line, column, path, message, severity}]
  nlohmann::json to_json() const;

 private:
  std::vector<Finding> items_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace sluice::config
