// CLD2, behind one function.
#include "detect.hpp"

#include "language.hpp"

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace language_filter {
namespace {

// Bytes of letters below which a guess is worth little: about eight words.
constexpr int kLeastText = 40;
// Of a page in a hundred: where less is in its first language, it has none.
constexpr int kLeastPercent = 60;

}  // namespace

std::string detected_language(std::string_view text) {
  CLD2::Language languages[3] = {CLD2::UNKNOWN_LANGUAGE, CLD2::UNKNOWN_LANGUAGE,
                                 CLD2::UNKNOWN_LANGUAGE};
  int percents[3] = {};
  double scores[3] = {};
  int text_bytes = 0;
  bool is_reliable = false;
  int valid_bytes = 0;
  constexpr bool kIsPlainText = true;
  const CLD2::CLDHints hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  constexpr int kNoFlags = 0;
  const auto detect = [&](int size) {
    CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), size, kIsPlainText, &hints, kNoFlags,
                                            languages, percents, scores, nullptr, &text_bytes,
                                            &is_reliable, &valid_bytes);
  };
  const int size = static_cast<int>(text.size());
  detect(size);
  if (valid_bytes < size) detect(valid_bytes);  // it says nothing of bytes that are not UTF-8
  if (!is_reliable || text_bytes < kLeastText || percents[0] < kLeastPercent) return {};
  return language_of(CLD2::LanguageCode(languages[0]));
}

}  // namespace language_filter
