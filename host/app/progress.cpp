#include "app/progress.hpp"

#include "app/terminal_numbers.hpp"
#include "app/terminal_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWindow{10'000};    // the rate is that of the last ten seconds
constexpr milliseconds kSampleEvery{200};  // so the window holds about fifty samples
constexpr milliseconds kDrawEvery{100};
constexpr double kLongestLeft = 100.0 * 3600 * 1000;  // beyond 100 hours nothing is promised
constexpr std::size_t kLongestBar = 30;

std::string bar(const Progress& progress, std::size_t cells, bool has_unicode) {
  const std::size_t filled =
      progress.total == 0 ? cells : std::size_t{progress.percent()} * cells / 100;
  std::string text;
  for (std::size_t i = 0; i < cells; ++i) {
    if (has_unicode) {
      text += i < filled ? "\xE2\x96\x88" : "\xE2\x96\x91";  // full block, light shade
    } else {
      text += i < filled ? '#' : '-';
    }
  }
  return text;
}

}  // namespace

unsigned Progress::percent() const {
  if (done >= total) return 100;
  const double share = 100.0 * static_cast<double>(done) / static_cast<double>(total);
  return std::min(99U, static_cast<unsigned>(share));
}

ProgressMeter::ProgressMeter(std::uint64_t total, Time start) : total_(total) {
  samples_.push_back({start, 0});
}

Progress ProgressMeter::at(Time now, std::uint64_t done) {
  while (samples_.size() > 1 && now - samples_.front().time > kWindow) samples_.pop_front();
  const Sample oldest = samples_.front();
  Progress progress{.done = done, .total = std::max(total_, done), .rate = 0};
  const double seconds = std::chrono::duration<double>(now - oldest.time).count();
  if (seconds > 0 && done > oldest.done) {
    progress.rate = static_cast<double>(done - oldest.done) / seconds;
    const double left = static_cast<double>(progress.total - done) / progress.rate * 1000;
    if (left < kLongestLeft) progress.left = milliseconds(static_cast<std::int64_t>(left));
  }
  if (now - samples_.back().time >= kSampleEvery) samples_.push_back({now, done});
  return progress;
}

std::string progress_line(const std::string& task, const Progress& progress,
                          const Terminal& terminal) {
  std::string numbers = grouped(progress.done) + "/" + counted(progress.total, "page") + "  " +
                        std::to_string(progress.percent()) + " %  " + per_second(progress.rate);
  if (progress.left && progress.done < progress.total) {
    numbers += "  " + spent(*progress.left) + " left";
  }
  // One column stays free: a full line makes some terminals wrap.
  const std::size_t room = terminal.width > 0 ? terminal.width - 1 : 0;
  const std::size_t taken = display_width(task) + display_width(numbers) + 4;
  if (room < taken + 5) return shortened(task + "  " + numbers, room);
  const std::size_t cells = std::min(kLongestBar, room - taken);
  return task + "  " + bar(progress, cells, terminal.has_unicode) + "  " + numbers;
}

ProgressBar::ProgressBar(std::string task, std::uint64_t total)
    : task_(std::move(task)),
      terminal_(terminal_of(STDERR_FILENO)),
      meter_(total, std::chrono::steady_clock::now()),
      next_draw_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (is_drawn_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::show(std::uint64_t done) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_.is_interactive || now < next_draw_) return;
  next_draw_ = now + kDrawEvery;
  is_drawn_ = true;
  std::fprintf(stderr, "\r%s\x1b[K", progress_line(task_, meter_.at(now, done), terminal_).c_str());
}

}  // namespace sluice::app
