// Terminal: what standard output or standard error is connected to, and what it can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::app {

// A value; read once when a verb starts.
struct Terminal {
  bool is_interactive = false;  // a person watches: a bar may be redrawn
  bool has_colour = false;      // interactive, and NO_COLOR is not set
  bool has_unicode = false;     // the locale's characters are UTF-8
  std::size_t width = 80;       // columns
};

// Of a file descriptor. What is no terminal is as wide as COLUMNS says, else as wide as it gets: a
// program that reads tables wants them whole.
Terminal terminal_of(int descriptor);

// Wraps text in the colours of a terminal, or leaves it alone.
class Paint {
 public:
  explicit Paint(const Terminal& terminal) : is_on_(terminal.has_colour) {}

  std::string strong(std::string_view text) const { return with("1", text); }
  std::string faint(std::string_view text) const { return with("2", text); }
  std::string good(std::string_view text) const { return with("32", text); }
  std::string warning(std::string_view text) const { return with("33", text); }
  std::string bad(std::string_view text) const { return with("31", text); }
  std::string link(std::string_view text) const { return with("36", text); }

 private:
  std::string with(std::string_view code, std::string_view text) const;

  bool is_on_;
};

// Prints to standard error: "sluice: " and the sentence.
void complain(const std::string& sentence);

}  // namespace sluice::app
