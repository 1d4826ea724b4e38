/* Counts words; knows nothing of Sluice. */
#ifndef TEMPLATE_NAME_WORDS_H
#define TEMPLATE_NAME_WORDS_H
#include <stddef.h>

/* Runs of bytes between spaces, tabs and line ends. `text` need not end with a zero. */
size_t count_words(const char* text, size_t size);

#endif
