#include "index/analyzer.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "index/hash.hpp"
#include "index/unicode.hpp"

namespace bm25 {
namespace {

bool is_stemmed(TokenKind kind) { return kind == TokenKind::kWord; }

}  // namespace

void StemmerDeleter::operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }

Analyzer::Analyzer(const AnalyzerSettings& settings)
    : settings_(settings), stemmers_(language_count()) {
  if (settings_.language != "auto") {
    fixed_ = language_of_tag(settings_.language).value_or(kNoLanguage);
  }
}

Language Analyzer::language_of(const ChunkText& chunk) const {
  if (!settings_.stemming) {
    return kNoLanguage;
  }
  if (settings_.language != "auto") {
    return fixed_;
  }
  const auto declared = language_of_tag(chunk.language);
  return declared ? *declared : detect_language(chunk.text);
}

AnalyzedChunk Analyzer::analyze(const ChunkText& chunk) {
  make_room();
  const Language language = language_of(chunk);
  AnalyzedChunk out;
  seen_.clear();
  for (const std::string_view field : {chunk.title, chunk.headings, chunk.text}) {
    std::array<Lookup, kLookAhead> ring;
    std::size_t started = 0;
    Tokenizer(field).each([&](const RawToken& token) {
      Lookup& place = ring[started % kLookAhead];
      if (started++ >= kLookAhead) count(finish_lookup(place), out);
      place = start_lookup(token, language);
      __builtin_prefetch(&words_[place.slot]);
    });
    for (std::size_t i = started - std::min(started, kLookAhead); i < started; ++i) {
      count(finish_lookup(ring[i % kLookAhead]), out);
    }
  }
  std::size_t bytes = 0;
  for (const std::uint32_t index : seen_) bytes += terms_[index].size;
  out.bytes.reserve(bytes);
  out.terms.reserve(seen_.size());
  for (const std::uint32_t index : seen_) {
    const CachedTerm& term = terms_[index];
    out.terms.push_back({.hash = term.hash,
                         .begin = static_cast<std::uint32_t>(out.bytes.size()),
                         .size = term.size,
                         .count = std::exchange(counts_[index], 0)});
    out.bytes += text_of(term);
  }
  return out;
}

std::vector<QueryWord> Analyzer::analyze_query(std::string_view query, std::uint32_t languages) {
  std::vector<QueryWord> words;
  std::unordered_map<std::string, std::size_t> positions;
  Tokenizer(query).each([&](const RawToken& token) {
    const std::string plain = make_term(token, kNoLanguage);
    if (plain.empty()) return;
    std::vector<std::string> terms{plain};
    if (is_stemmed(token.kind) && settings_.stemming) {
      for (std::size_t language = 1; language < language_count(); ++language) {
        if (((languages >> language) & 1u) == 0) continue;
        terms.push_back(make_term(token, static_cast<Language>(language)));
      }
    }
    const auto [at, is_new] =
        positions.try_emplace(plain + (is_stemmed(token.kind) ? 'w' : 'x'), words.size());
    if (is_new) words.push_back({.terms = std::move(terms), .count = 0, .single = {}});
    ++words[at->second].count;
    if (is_new && token.kind == TokenKind::kSingle) words.back().single = plain.substr(1);
  });
  return words;
}

std::string_view Analyzer::term_of(const RawToken& token, Language language) {
  make_room();
  const std::uint32_t index = finish_lookup(start_lookup(token, language));
  return index == kNone ? std::string_view() : text_of(terms_[index]);
}

Analyzer::Lookup Analyzer::start_lookup(const RawToken& token, Language language) const {
  const bool stemmed = is_stemmed(token.kind);
  const auto space = static_cast<std::uint8_t>(stemmed ? language * 2 + 1 : kNoLanguage);
  return {.token = token, .space = space, .slot = hash_key(token.text, space) % kCacheSlots};
}

std::uint32_t Analyzer::finish_lookup(const Lookup& lookup) {
  const std::string_view word = lookup.token.text;
  const auto analyze = [&] {
    const std::string term = make_term(lookup.token, lookup.space / 2);
    return term.empty() ? kNone : term_index(term);
  };
  if (word.size() > CachedWord().word.size()) {
    return analyze();
  }
  std::size_t at = lookup.slot;
  for (; words_[at].size != 0; at = (at + 1) % kCacheSlots) {
    const CachedWord& known = words_[at];
    if (known.size == word.size() && known.space == lookup.space &&
        std::memcmp(known.word.data(), word.data(), word.size()) == 0) {
      return known.term;
    }
  }
  const std::uint32_t term = analyze();
  if (word_count_ < kCacheSlots / 8 * 7) {  // a huge chunk can have more words than fit
    CachedWord& fresh = words_[at];
    fresh.term = term;
    fresh.size = static_cast<std::uint8_t>(word.size());
    fresh.space = lookup.space;
    std::ranges::copy(word, fresh.word.begin());
    ++word_count_;
  }
  return term;
}

void Analyzer::count(std::uint32_t term, AnalyzedChunk& out) {
  if (term == kNone) {
    return;
  }
  ++out.length;
  if (counts_[term]++ == 0) {
    seen_.push_back(term);
  }
}

std::uint32_t Analyzer::term_index(std::string_view text) {
  const std::uint64_t hash = hash_key(text);
  const auto equal = [&](std::uint32_t index) { return text_of(terms_[index]) == text; };
  if (const auto known = term_indexes_.find(hash, equal)) {
    return *known;
  }
  const auto index = static_cast<std::uint32_t>(terms_.size());
  terms_.push_back(
      {.hash = hash, .begin = term_bytes_.size(), .size = static_cast<std::uint32_t>(text.size())});
  term_bytes_ += text;
  counts_.push_back(0);
  term_indexes_.insert(hash, index);
  return index;
}

std::string Analyzer::make_term(const RawToken& token, Language language) {
  if (token.text.size() > kMaxWordBytes) {
    return {};
  }
  std::string word = fold(token.text);
  if (is_stemmed(token.kind)) {
    stem(word, language);
  } else {
    language = kNoLanguage;
  }
  if (word.empty()) {
    return {};
  }
  word.resize(utf8_prefix(word, kMaxTermBytes).size());
  word.insert(word.begin(), static_cast<char>(language));
  return word;
}

void Analyzer::stem(std::string& word, Language language) {
  if (language == kNoLanguage || word.empty()) {
    return;
  }
  auto& stemmer = stemmers_[language];
  if (!stemmer) {
    stemmer.reset(sb_stemmer_new(std::string(stemmer_name(language)).c_str(), "UTF_8"));
  }
  if (!stemmer) {
    return;  // out of memory, or a libstemmer without this language: the word stays as it is
  }
  const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
  if (const sb_symbol* stem =
          sb_stemmer_stem(stemmer.get(), bytes, static_cast<int>(word.size()))) {
    const auto size = static_cast<std::size_t>(sb_stemmer_length(stemmer.get()));
    std::string stemmed(reinterpret_cast<const char*>(stem), size);
    if (!stemmed.empty()) word = std::move(stemmed);
  }
}

// Starts the cache anew, between chunks: words of the past crowd out those of the present.
void Analyzer::make_room() {
  if (!words_.empty() && word_count_ < kCacheWords && terms_.size() < kMaxTerms) {
    return;
  }
  words_.assign(kCacheSlots, CachedWord());
  word_count_ = 0;
  terms_.clear();
  term_bytes_.clear();
  term_indexes_ = HashTable();
  counts_.clear();
}

}  // namespace bm25
