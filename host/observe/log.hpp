// Log: one line per entry, for people or for machines, that hostile text cannot forge.
#pragma once

#include "base/clock.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace sluice::observe {

// In the order of sluice.log/1. kContract: the other side of the plugin ABI broke a rule.
enum class Level : uint8_t { kDebug, kInfo, kWarn, kError, kContract };

// "debug", "info", "warn", "error"; nothing for another word.
std::optional<Level> level_from(std::string_view word);

// One key of an entry. A view: texts are read during write and not kept.
struct Field {
  Field(std::string_view k, std::string_view text) : key(k), value(text) {}
  Field(std::string_view k, const char* text) : key(k), value(std::string_view(text)) {}
  Field(std::string_view k, bool truth) : key(k), value(truth) {}
  Field(std::string_view k, std::floating_point auto number)
      : key(k), value(static_cast<double>(number)) {}
  Field(std::string_view k, std::signed_integral auto number)
      : key(k), value(static_cast<int64_t>(number)) {}
  Field(std::string_view k, std::unsigned_integral auto number)
      : key(k), value(static_cast<uint64_t>(number)) {}

  std::string_view key;
  std::variant<std::string_view, bool, int64_t, uint64_t, double> value;
};

// Any thread. Made by app, passed by reference; outlives whoever was given it.
//
//   text  2026-01-02T03:04:05.678Z INFO  [embed] connected url=http://localhost:8081 dimension=384
//   json  {"time":"2026-01-02T03:04:05.678Z","level":"info","component":"embed","message":...}
class Log {
 public:
  enum class Format : uint8_t { kText, kJson };
  // Takes one line, without its newline. Never called by two threads at once; must not log.
  using Sink = std::function<void(std::string_view line)>;

  struct Options {
    Level level = Level::kInfo;  // and above
    Format format = Format::kText;
    // Empty: stderr, in colour when that is a terminal, and without anybody waiting for it: when
    // its reader is far behind, lines are left out, and a line says how many.
    Sink sink;
    const Clock* clock = nullptr;  // null: the machine's
  };

  explicit Log(Options options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Waits a moment for lines that are on their way to stderr. Before an end without destructors.
  void flush() const;

  // Cheap; ask before composing an expensive message.
  bool enabled(Level level) const { return level >= level_; }

  // `component` is a stage's instance name or a part of the host ("http"). Nothing happens below
  // the level. A text longer than 8 KiB is cut.
  void write(Level level, std::string_view component, std::string_view message,
             std::span<const Field> fields) const;
  void write(Level level, std::string_view component, std::string_view message,
             std::initializer_list<Field> fields = {}) const {
    write(level, component, message, std::span<const Field>(fields.begin(), fields.size()));
  }

 private:
  struct Impl;

  Level level_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::observe
