// Which languages can be stemmed, and which one a text without a language tag is written in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bm25 {

// A language with a Snowball stemmer, or none. Also the first byte of every term, which keeps the
// stems of one language apart from those of another.
using Language = std::uint8_t;
inline constexpr Language kNoLanguage = 0;

// One past the largest Language.
std::size_t language_count();

// The Snowball algorithm; "" for kNoLanguage.
std::string_view stemmer_name(Language language);

// By the primary subtag of a BCP-47 tag, without case: "pt-BR" is Portuguese, "nb" Norwegian.
// kNoLanguage for a language without a stemmer; nothing for an empty, undetermined or malformed
// tag.
std::optional<Language> language_of_tag(std::string_view tag);

// The language whose function words are most frequent at the start of `text`; by script where that
// decides; English for other Latin text, since that is what untagged technical text mostly is.
Language detect_language(std::string_view text);

}  // namespace bm25
