#include "words.h"

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t count_words(const char* text, size_t size) {
  size_t words = 0;
  size_t i;
  for (i = 0; i < size; ++i)
    if (!is_space(text[i]) && (i == 0 || is_space(text[i - 1]))) ++words;
  return words;
}
