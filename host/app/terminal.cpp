#include "app/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace sluice::app {
namespace {

constexpr std::size_t kNarrowest = 20;  // below this nothing can be laid out; lines overflow
constexpr std::size_t kWidest = 400;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t width_of(int descriptor, std::size_t otherwise) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  std::size_t width = 0;
  const auto read = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  return read.ec == std::errc() && width > 0 ? width : otherwise;
}

// The first of these that is set decides, as setlocale has it.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

}  // namespace

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  const std::string_view kind = environment("TERM");
  terminal.is_interactive = isatty(descriptor) == 1 && kind != "dumb";
  terminal.has_colour = terminal.is_interactive && environment("NO_COLOR").empty();
  terminal.has_unicode = locale_is_utf8();
  terminal.width = std::clamp(width_of(descriptor, kWidest), kNarrowest, kWidest);
  return terminal;
}

std::string Paint::with(std::string_view code, std::string_view text) const {
  if (!is_on_ || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void complain(const std::string& sentence) {
  std::fprintf(stderr, "sluice: %s\n", sentence.c_str());
}

}  // namespace sluice::app
