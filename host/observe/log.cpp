// Composes the lines; spdlog's sinks write them, so that they stay whole and are coloured where a
// person looks.
#include "observe/log.hpp"

#include "observe/escape.hpp"
#include "observe/line_queue.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <string>
#include <utility>

namespace sluice::observe {
namespace {

constexpr std::size_t kMaxText =
    8192;                              // bytes of a message or a value; a page title may be hostile
constexpr std::size_t kTimeSize = 24;  // 2026-01-02T03:04:05.678Z

struct LevelText {
  const char* column;  // padded to the width of most
  const char* word;
  spdlog::level::level_enum colour;  // whose colour it has
};
constexpr std::array<LevelText, 5> kLevels = {{
    {"DEBUG", "debug", spdlog::level::debug},
    {"INFO ", "info", spdlog::level::info},
    {"WARN ", "warn", spdlog::level::warn},
    {"ERROR", "error", spdlog::level::err},
    {"CONTRACT", "contract", spdlog::level::critical},
}};
const LevelText& text_of(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::string rfc3339(Wall::time_point at) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::duration_cast<milliseconds>(at.time_since_epoch());
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(since).count();
  const auto ms = static_cast<int>((since - std::chrono::seconds(seconds)).count());
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                                 tm.tm_min, tm.tm_sec, ms);
  return {text.data(), static_cast<std::size_t>(size)};
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

// A value that is not text. JSON knows no infinities and no NaN.
struct AppendScalar {
  std::string& out;
  bool is_json;
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(int64_t number) const { append_number(out, number); }
  void operator()(uint64_t number) const { append_number(out, number); }
  void operator()(double number) const {
    if (is_json && !std::isfinite(number)) {
      out += "null";
    } else {
      append_number(out, number);
    }
  }
  void operator()(std::string_view text) const {
    if (is_json) {
      append_json(out, text, kMaxText);
    } else {
      append_value(out, text, kMaxText);
    }
  }
};

// One entry on its way into a line.
struct Entry {
  Level level;
  std::string_view component;
  std::string_view message;
  std::span<const Field> fields;
};

std::string text_line(Wall::time_point at, const Entry& entry) {
  std::string line = rfc3339(at);
  line += ' ';
  line += text_of(entry.level).column;
  line += " [";
  append_plain(line, entry.component, kMaxText);
  line += "] ";
  append_plain(line, entry.message, kMaxText);
  for (const Field& field : entry.fields) {
    line += ' ';
    append_value(line, field.key, kMaxText);
    line += '=';
    std::visit(AppendScalar{line, false}, field.value);
  }
  return line;
}

std::string json_line(Wall::time_point at, const Entry& entry) {
  std::string line = R"({"time":")" + rfc3339(at) + R"(","level":")";
  line += text_of(entry.level).word;
  line += R"(","component":)";
  append_json(line, entry.component, kMaxText);
  line += R"(,"message":)";
  append_json(line, entry.message, kMaxText);
  // In an object of their own, so that no key hides one of the entry's.
  if (!entry.fields.empty()) {
    line += R"(,"fields":{)";
    for (const Field& field : entry.fields) {
      if (&field != entry.fields.data()) line += ',';
      append_json(line, field.key, kMaxText);
      line += ':';
      std::visit(AppendScalar{line, true}, field.value);
    }
    line += '}';
  }
  line += '}';
  return line;
}

// Hands a finished line through and tells the sink which part of it is the level.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(Log::Format format) : format_(format) {}
  void format(const spdlog::details::log_msg& msg, spdlog::memory_buf_t& out) override {
    if (format_ == Log::Format::kText) {
      msg.color_range_start = kTimeSize + 1;
      msg.color_range_end = level_end(msg);
    }
    out.append(msg.payload.begin(), msg.payload.end());
    out.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  static std::size_t level_end(const spdlog::details::log_msg& msg) {
    const std::string_view line(msg.payload.data(), msg.payload.size());
    return line.find(' ', kTimeSize + 1);
  }

  Log::Format format_;
};

// Lines to a function, one at a time.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(Log::Sink to) : sink_(std::move(to)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    sink_({msg.payload.data(), msg.payload.size()});
  }
  void flush_() override {}

  Log::Sink sink_;  // guarded by the base's mutex
};

}  // namespace

std::optional<Level> level_from(std::string_view word) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Level::kError); ++i)
    if (word == kLevels[i].word) return static_cast<Level>(i);
  return std::nullopt;
}

struct Log::Impl {
  Format format;
  SystemClock system;
  const Clock* clock;
  std::shared_ptr<spdlog::sinks::sink> sink;  // shared_ptr because spdlog's factories make one
  std::optional<LineQueue> queue;             // in front of stderr

  std::string line(const Entry& entry) const {
    const auto at = clock->wall();
    return format == Format::kText ? text_line(at, entry) : json_line(at, entry);
  }
};

Log::Log(Options options) : level_(options.level), impl_(std::make_unique<Impl>()) {
  impl_->format = options.format;
  impl_->clock = options.clock ? options.clock : &impl_->system;
  const bool is_to_stderr = !options.sink;
  if (!is_to_stderr) {
    impl_->sink = std::make_shared<FunctionSink>(std::move(options.sink));
  } else {
    impl_->sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  }
  impl_->sink->set_formatter(std::make_unique<LineFormatter>(options.format));
  if (is_to_stderr) {
    impl_->queue.emplace(LineQueue::Options{
        .out =
            [sink = impl_->sink](const LineQueue::Line& line) {
              sink->log(spdlog::details::log_msg({}, text_of(line.level).colour, line.text));
            },
        .left_out =
            [impl = impl_.get()](std::size_t lines) {
              const Field count("lines", lines);
              return LineQueue::Line{Level::kWarn,
                                     impl->line({Level::kWarn,
                                                 "log",
                                                 "lines were left out: nobody reads them fast "
                                                 "enough",
                                                 {&count, 1}})};
            }});
  }
}

Log::~Log() = default;

void Log::flush() const {
  if (impl_->queue) impl_->queue->flush();
}

void Log::write(Level level, std::string_view component, std::string_view message,
                std::span<const Field> fields) const {
  if (!enabled(level)) return;
  std::string line = impl_->line({level, component, message, fields});
  if (impl_->queue) {
    impl_->queue->add({level, std::move(line)});
  } else {
    impl_->sink->log(spdlog::details::log_msg({}, text_of(level).colour, line));
  }
}

}  // namespace sluice::observe
