// JSON and what only looks like it.
#include "support/odd_inputs.hpp"

#include <string_view>
#include <utility>

namespace sluice::testing {
namespace {

using nlohmann::json;
using Verdict = OddJson::Verdict;

constexpr std::string_view kSample = R"({"a":[1,true,null,"x\n",{"b":-2.5e3}],"c":false})";

class JsonMaker {
 public:
  std::vector<OddJson> make() {
    add_numbers();
    add_escapes();
    add_bytes();
    add_edits();
    add_encodings();
    add_structures();
    add_sizes();
    return std::move(made_);
  }

 private:
  void add(std::string name, std::string text, Verdict verdict) {
    made_.push_back({std::move(name), std::move(text), verdict});
  }
  // Whether it is JSON is asked of another parser than the host's.
  void add_judged(std::string name, std::string text) {
    const Verdict verdict = json::accept(text) ? Verdict::kJson : Verdict::kNotJson;
    add(std::move(name), std::move(text), verdict);
  }

  void add_numbers() {
    for (const char* number :
         {"0",     "-0",   "1E1",  "1e+1",     "1.5e-1", "01",   "-01", "+1",   "1.",
          ".5",    "-.5",  "1.e1", "1e",       "1e+",    "--1",  "-",   "0x1F", "1_000",
          "NaN",   "-NaN", "Inf",  "Infinity", "1e1.5",  "1 2",  "1,",  "0b1",  "1a",
          "1\xEF", "-a",   "0e",   "0.",       "00",     "-1e-", "1f",  "1L",   "1/2"}) {
      add_judged(std::string("number ") + number, std::string("{\"a\":") + number + "}");
      add_judged(std::string("bare number ") + number, number);
    }
    for (const char* number : {"1e400", "-1e400", "1e-400", "123456789012345678901234567890"}) {
      add(std::string("number ") + number, std::string("[") + number + "]", Verdict::kEither);
    }
    add("number of many digits", "[" + std::string(100'000, '9') + "]", Verdict::kEither);
    add("fraction of many digits", "[0." + std::string(100'000, '1') + "]", Verdict::kEither);
  }

  void add_escapes() {
    for (int letter = 0x20; letter < 0x7F; ++letter) {
      const std::string escape = std::string("\\") + static_cast<char>(letter);
      add_judged("escape " + escape, "{\"a\":\"" + escape + "\"}");
    }
    for (const char* escape : {"\\u", "\\u1", "\\u12", "\\u123", "\\u123g", "\\U0041", "\\x41",
                               "\\u 041", "\\uD83D\\uDE00", "\\u00e9"}) {
      add_judged(std::string("escape ") + escape, std::string("[\"") + escape + "\"]");
    }
    for (const char* half : {"\\uD800", "\\uDC00", "\\uDC00\\uD800", "\\uD800\\uD800", "\\uD800\\n",
                             "\\uD800x", "\\u0000", "\\uFFFF"}) {
      add(std::string("escape ") + half, std::string("[\"") + half + "\"]", Verdict::kEither);
    }
  }

  void add_bytes() {
    for (int byte = 0; byte < 0x20; ++byte) {
      const std::string raw(1, static_cast<char>(byte));
      add_judged("control " + std::to_string(byte) + " in a string", "[\"" + raw + "\"]");
      add_judged("control " + std::to_string(byte) + " between", "[1," + raw + "2]");
    }
    using namespace std::string_literals;
    for (const std::string& bytes :
         {"\x80"s, "\xBF"s, "\xC0\xAF"s, "\xC1\xBF"s, "\xE0\x80\xAF"s, "\xF0\x80\x80\xAF"s, "\xC3"s,
          "\xE2\x82"s, "\xF0\x9F\x98"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF4\x90\x80\x80"s,
          "\xF8\x88\x80\x80\x80"s, "\xFE"s, "\xFF"s, "\xC3("s, "\xE2\x28\xA1"s}) {
      add("no UTF-8 in a string", "{\"a\":\"x" + bytes + "y\"}", Verdict::kNotJson);
      add("no UTF-8 in a key", "{\"x" + bytes + "\":1}", Verdict::kNotJson);
      add("no UTF-8 at the end", "{}" + bytes, Verdict::kNotJson);
    }
    for (const char* space :
         {"\f", "\v", "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x81\xA0", "\xE3\x80\x80"}) {
      add_judged("a space that is none", std::string("[1,") + space + "2]");
    }
  }

  // A good document, cut off, with a byte missing, with a byte too many.
  void add_edits() {
    for (std::size_t at = 0; at < kSample.size(); ++at) {
      const std::string where = " at " + std::to_string(at);
      add_judged("cut" + where, std::string(kSample.substr(0, at)));
      add_judged("missing" + where, std::string(kSample).erase(at, 1));
      for (const char extra : std::string_view("{}[],:\"\\/0 -\0", 13)) {
        add_judged("extra" + where, std::string(kSample).insert(at, 1, extra));
      }
    }
  }

  void add_encodings() {
    std::string little = "\xFF\xFE";
    std::string big = "\xFE\xFF";
    for (const char letter : kSample) {
      little += {letter, '\0'};
      big += {'\0', letter};
    }
    add("UTF-16, little end first", little, Verdict::kNotJson);
    add("UTF-16, big end first", big, Verdict::kNotJson);
    add("UTF-16 without a mark", little.substr(2), Verdict::kNotJson);
    add("a byte order mark", "\xEF\xBB\xBF" + std::string(kSample), Verdict::kEither);
    add("half a byte order mark", "\xEF\xBB" + std::string(kSample), Verdict::kNotJson);
  }

  void add_structures() {
    for (const char* text : {"{'a':1}",
                             "{a:1}",
                             "{1:1}",
                             "{\"a\":1,}",
                             "[1,]",
                             "[,1]",
                             "[1,,2]",
                             "{,}",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{:1}",
                             "{\"a\":1 \"b\":2}",
                             "[1 2]",
                             "{}{}",
                             "[]]",
                             "[}",
                             "{]",
                             "[1}",
                             "{\"a\":1]",
                             "/* c */{}",
                             "{}// c",
                             "{}#",
                             "tru",
                             "True",
                             "nul",
                             "nullx",
                             "undefined",
                             "\"open",
                             "'a'",
                             "`a`",
                             "(1)",
                             "<a/>",
                             "a=1&b=2",
                             "---\na: 1\n",
                             "[\n",
                             "{\"a\"::1}",
                             "{\"a\":1:2}",
                             "[\"a\":1]",
                             "{\"a\",1}",
                             "*",
                             "\\",
                             "\"\\\"",
                             "[\"\t\"]",
                             "",
                             "{\"a\":1,\"a\":2}",
                             "{\"\":1}",
                             "{\"a\":{\"a\":{\"a\":{}}}}",
                             " \t\r\n[ ] \n"}) {
      add_judged(std::string("structure ") + text, text);
    }
  }

  void add_sizes() {
    const auto nested = [](std::size_t depth, const std::string& open, const std::string& close) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      for (std::size_t i = 0; i < depth; ++i) text += close;
      return text;
    };
    for (const std::size_t depth : {63, 64, 65, 1000, 100'000}) {
      const std::string name = std::to_string(depth) + " levels";
      add(name + " of arrays", nested(depth, "[", "]"), Verdict::kEither);
      add(name + " of objects", nested(depth, "{\"a\":", "}").insert(5 * depth, "1"),
          Verdict::kEither);
      add(name + " never closed", std::string(depth, '['), Verdict::kNotJson);
      add(name + " never opened", std::string(depth, ']'), Verdict::kNotJson);
    }
    std::string keys = "{";
    for (int i = 0; i < 20'000; ++i) keys += "\"k" + std::to_string(i) + "\":0,";
    keys.back() = '}';
    add("many keys", keys, Verdict::kJson);
    add("a long key", "{\"" + std::string(1'000'000, 'k') + "\":1}", Verdict::kJson);
    add("a long text", "[\"" + std::string(1'000'000, 'x') + "\"]", Verdict::kJson);
    add("much white space", std::string(1'000'000, ' ') + "{}", Verdict::kJson);
    std::string escapes;
    for (int i = 0; i < 100'000; ++i) escapes += "\\u00e9";
    add("many escapes", "[\"" + escapes + "\"]", Verdict::kJson);
  }

  std::vector<OddJson> made_;
};

}  // namespace

std::vector<OddJson> odd_json() { return JsonMaker().make(); }

std::vector<json> odd_events() {
  const json good = {{"success", true},
                     {"type", "crawl.page"},
                     {"id", "odd-event"},
                     {"webhookId", "w"},
                     {"error", nullptr},
                     {"metadata", {{"by", "x"}}},
                     {"data",
                      {{{"markdown", "# Odd\n\ntext"},
                        {"html", "<p>text</p>"},
                        {"metadata",
                         {{"url", "https://odd-events.example/"},
                          {"sourceURL", "https://odd-events.example/"},
                          {"title", "t"},
                          {"description", "d"},
                          {"language", "en"},
                          {"country", "de"},
                          {"isMobile", false},
                          {"statusCode", 200}}}}}}};
  const std::vector<json> values = {nullptr,
                                    true,
                                    0,
                                    -1,
                                    1e300,
                                    18'446'744'073'709'551'615U,
                                    "",
                                    " ",
                                    "text",
                                    std::string(100'000, 'y'),
                                    json::array(),
                                    json::array({1, nullptr, "a", json::array({json::object()})}),
                                    json::object(),
                                    {{"a", {{"b", json::array({1})}}}}};
  std::vector<json> events;
  const json members = good.flatten();
  for (const auto& [path, ignored] : members.items()) {
    // The member itself and what it stands in.
    for (json::json_pointer at(path); !at.empty(); at = at.parent_pointer()) {
      for (const json& value : values) {
        events.push_back(good);
        events.back()[at] = value;
      }
    }
  }
  return events;
}

}  // namespace sluice::testing
