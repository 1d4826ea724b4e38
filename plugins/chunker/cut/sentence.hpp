// Where sentences end, for scripts that mark it.
#pragma once

#include <string_view>

namespace chunker {

enum class Gap : unsigned char { kNone, kBlank };  // what stands between two words

// A sentence ends with `word`, given what follows it in the page, the gap left out. A full stop
// needs a gap, is none after an abbreviation, an initial or a list number, and none before a small
// letter.
bool ends_sentence(std::string_view word, Gap gap, std::string_view following);

}  // namespace chunker
