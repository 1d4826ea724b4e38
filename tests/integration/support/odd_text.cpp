// Texts and Markdown that are hard to take.
#include "support/odd_inputs.hpp"

#include <cstdint>
#include <random>
#include <string_view>
#include <utility>

namespace sluice::testing {
namespace {

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  out.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string utf8(uint32_t point) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6U)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (point >> 18U)), tail(12), tail(6), tail(0)};
}

void add_characters(std::vector<std::string>& texts) {
  for (uint32_t point = 0; point <= 0xA0; ++point) {  // controls of both sets, all of ASCII
    texts.push_back("a" + utf8(point) + "b");
  }
  for (const uint32_t point :
       {0xADU,    0xDFU,    0x130U,   0x131U,   0x149U,   0x300U,   0x34FU,    0x3A3U,   0x61CU,
        0x1E9EU,  0x1680U,  0x180EU,  0x2000U,  0x200BU,  0x200DU,  0x200EU,   0x200FU,  0x2028U,
        0x2029U,  0x202AU,  0x202EU,  0x2060U,  0x2066U,  0x2069U,  0x3000U,   0xAC00U,  0xE000U,
        0xFB03U,  0xFDFAU,  0xFE0FU,  0xFEFFU,  0xFF21U,  0xFFFCU,  0xFFFDU,   0xFFFEU,  0xFFFFU,
        0x1D400U, 0x1F600U, 0x1F1E6U, 0xE0001U, 0xE0100U, 0xF0000U, 0x10FFFEU, 0x10FFFFU}) {
    texts.push_back("word" + utf8(point) + "word");
    texts.push_back(times(300, utf8(point)));
  }
  for (const uint32_t digits : {0x30U, 0x660U, 0x6F0U, 0x966U, 0xFF10U, 0x1D7CEU}) {
    std::string number;
    for (uint32_t i = 0; i < 10; ++i) number += utf8(digits + i);
    texts.push_back(number);
  }
}

void add_languages_of_machines(std::vector<std::string>& texts) {
  for (const char* text : {"null",
                           "NULL",
                           "nil",
                           "None",
                           "undefined",
                           "true",
                           "false",
                           "NaN",
                           "-Infinity",
                           "1e309",
                           "-0",
                           "0x7f",
                           "1/0",
                           "9223372036854775808",
                           "[]",
                           "{}",
                           "\"\"",
                           "''",
                           "--",
                           "/*",
                           "*/",
                           ";",
                           "|",
                           "&",
                           "`id`",
                           "$(id)",
                           "${HOME}",
                           "%(name)s",
                           "{0}",
                           "{{7*7}}",
                           "<%= 1 %>",
                           "#{1}",
                           "%s%s%n",
                           "%99999d",
                           "%00",
                           "%zz",
                           "\\0",
                           "\\u0000",
                           "\\",
                           "\"",
                           "'",
                           "' OR 'a'='a",
                           "x'; DROP TABLE pages; --",
                           "1) UNION SELECT 1",
                           "<b onload=f()>",
                           "<!-- ",
                           "]]>",
                           "<![CDATA[",
                           "<!DOCTYPE a [<!ENTITY b \"c\">]>",
                           "&lt;",
                           "&#0;",
                           "javascript:f()",
                           "data:text/plain,a",
                           "file:///etc/hostname",
                           "http://",
                           "https://",
                           "https:///",
                           "https://[",
                           "https://[::1",
                           "https://a:99999/",
                           "https://a:b@c:d@e/",
                           "https://%41/",
                           "https://a/%zz",
                           "//host/path",
                           "\\\\host\\share",
                           "C:\\CON",
                           "/dev/zero",
                           "../../x",
                           "..\\..\\x",
                           ".",
                           "..",
                           "a/../b",
                           "~",
                           "*",
                           "?",
                           "a*",
                           "AND",
                           "OR NOT",
                           "NEAR/2",
                           "\"open",
                           "(((",
                           ")))",
                           "a:b",
                           "title:x",
                           "^2",
                           "~0.5",
                           "[a TO b]",
                           "+a -b",
                           "=cmd()",
                           "@x",
                           "+1+1",
                           "\r\nSet-Cookie: a=b",
                           "a\nb\nc",
                           "a\tb",
                           "a\r\rb",
                           "HTTP/1.1 200 OK\r\n\r\n",
                           "GET / ",
                           "0",
                           "00",
                           "٠",
                           "1,5",
                           "1 000",
                           "２０２６",
                           "ﬁ",
                           "ß",
                           "İ",
                           "ΑΣ",
                           "e\xCC\x81",
                           "한글",
                           "किताब",
                           "ไทย",
                           "עברית",
                           "العربية",
                           "𝔸",
                           "👩‍👩‍👧‍👦",
                           "🇦🇶",
                           "Z\xCD\x9F\xCC\xB6"}) {
    texts.emplace_back(text);
  }
}

// A mix of what Markdown is made of, seeded.
std::string markdown_salad(std::mt19937_64& random) {
  static const std::vector<std::string> kPieces = {"# ",
                                                   "###### ",
                                                   "####### ",
                                                   "\n",
                                                   "\n\n",
                                                   "\r\n",
                                                   "\r",
                                                   "  \n",
                                                   "> ",
                                                   ">>>",
                                                   "- ",
                                                   "* ",
                                                   "1. ",
                                                   "99) ",
                                                   "    ",
                                                   "\t",
                                                   "```",
                                                   "~~~~",
                                                   "`",
                                                   "``",
                                                   "*",
                                                   "**",
                                                   "_",
                                                   "___",
                                                   "[",
                                                   "](",
                                                   ")",
                                                   "![",
                                                   "]:",
                                                   "<",
                                                   ">",
                                                   "</div>",
                                                   "<!--",
                                                   "-->",
                                                   "| a ",
                                                   "|",
                                                   "|---|",
                                                   "===",
                                                   "---",
                                                   "\\",
                                                   "&amp;",
                                                   "&#1;",
                                                   "[^1]",
                                                   "word",
                                                   "Ärger",
                                                   "字",
                                                   "。",
                                                   "A b. ",
                                                   "\xEF\xBB\xBF",
                                                   "$$",
                                                   "http://a.example/",
                                                   "- [ ] ",
                                                   ": "};
  std::string text;
  for (std::size_t left = 5 + random() % 200; left > 0; --left) {
    text += kPieces[random() % kPieces.size()];
  }
  return text;
}

}  // namespace

std::vector<std::string> odd_strings() {
  std::vector<std::string> texts = {""};
  add_characters(texts);
  add_languages_of_machines(texts);
  for (const std::string_view one : {"a", " ", "a ", "é", "字", "👩", "(", "\"", "%", "\n", "'"}) {
    texts.push_back(times(999, one));
    texts.push_back(times(20'000, one));
  }
  texts.push_back("a" + times(1000, "\xCC\x81"));
  std::string words;
  for (int i = 0; i < 300; ++i) words += "w" + std::to_string(i) + " ";
  texts.push_back(words.substr(0, 1000));
  return texts;
}

std::vector<std::string> odd_markdown() {
  std::vector<std::string> pages = odd_strings();
  for (const char* piece : {"#",
                            "# ",
                            "> ",
                            "- ",
                            "* ",
                            "1. ",
                            "  - ",
                            "```\n",
                            "~~~\n",
                            "`",
                            "*",
                            "_",
                            "**a",
                            "[",
                            "![",
                            "[a](",
                            "](",
                            "<",
                            "<div>",
                            "<!--",
                            "|",
                            "| a ",
                            "|---",
                            "\\",
                            "&",
                            "&amp;",
                            "[^1]: ",
                            "===\n",
                            "---\n",
                            "\n",
                            "\r",
                            "\t",
                            "\x0C",
                            "# a\n",
                            "## b\n\nc\n\n",
                            "```\ncode\n```\n",
                            "a\n\n",
                            "| a | b |\n|---|---|\n",
                            "x",
                            "A b. ",
                            "。",
                            "字",
                            "é",
                            "\xE2\x80\xA8",
                            "[a]: b\n"}) {
    for (const std::size_t count : {1U, 7U, 500U, 4'000U}) {
      pages.push_back(times(count, piece));
      pages.push_back("before\n\n" + times(count, piece) + "\n\nafter");
    }
  }
  std::string deep;
  for (std::size_t level = 0; level < 300; ++level) deep += std::string(2 * level, ' ') + "- a\n";
  pages.push_back(deep);
  pages.push_back("# " + std::string(100'000, 'h') + "\n\ntext");
  pages.push_back("| " + times(3000, "a | ") + "\n|" + times(3000, "---|") + "\n");
  pages.push_back(std::string(2'000'000, 'x'));
  std::mt19937_64 random(20'261'122);
  for (int i = 0; i < 300; ++i) pages.push_back(markdown_salad(random));
  return pages;
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= 'a' && byte <= 'z');
    if (is_plain) {
      out += letter;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

}  // namespace sluice::testing
