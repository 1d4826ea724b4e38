#include "words.h"

#include <stdio.h>

static int expect(size_t got, size_t wanted) {
  if (got == wanted) return 0;
  fprintf(stderr, "counted %lu words, not %lu\n", (unsigned long)got, (unsigned long)wanted);
  return 1;
}

int main(void) {
  return expect(count_words("", 0), 0) + expect(count_words("one", 3), 1) +
         expect(count_words(" one\ttwo\n", 9), 2) + expect(count_words("one two", 5), 2);
}
