#include "fakes/tei/tokens.hpp"

namespace sluice::fakes {
namespace {

constexpr std::size_t kLongestPiece = 4;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    if (is_word(text[at])) {
      while (at < text.size() && is_word(text[at]) && at - start < kLongestPiece) ++at;
    } else {
      ++at;
      while (at < text.size() && continues_code_point(text[at])) ++at;
    }
    tokens.push_back({start, at});
  }
  return tokens;
}

}  // namespace sluice::fakes
