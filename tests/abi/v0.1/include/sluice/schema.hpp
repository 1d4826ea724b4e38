// sluice/schema.hpp - a builder that prints the JSON Schema of a plugin's settings, at compile
// time, so that names, defaults and bounds stand once and in C++:
//
//   constexpr auto kSchema = sluice::object(
//       sluice::text("url").required().describe("Where the server listens."),
//       sluice::integer("size").range(64, 8192).otherwise(1200),
//       sluice::text("api_key").secret());
//   ... .config_schema = kSchema.c_str()
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {
inline namespace sdk_v1 {

// Text that grows at compile time, in a fixed room. A schema that does not fit fails to compile.
template <std::size_t Room>
class SchemaText {
 public:
  constexpr void add(std::string_view s) {
    for (const char c : s) add(c);
  }
  constexpr void add(char c) { text_[size_++] = c; }  // past the room: not a constant expression
  constexpr void add_quoted(std::string_view s) {
    add('"');
    for (const char c : s) {
      if (c == '"' || c == '\\') add('\\');
      add(c);
    }
    add('"');
  }
  constexpr void add_number(int64_t n) {
    if (n < 0) add('-');
    std::array<char, 20> digits{};
    std::size_t count = 0;
    auto rest = n < 0 ? ~static_cast<uint64_t>(n) + 1 : static_cast<uint64_t>(n);
    do {
      digits[count++] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    while (count > 0) add(digits[--count]);
  }
  constexpr std::string_view view() const { return {text_.data(), size_}; }
  constexpr const char* c_str() const { return text_.data(); }

 private:
  std::array<char, Room> text_{};
  std::size_t size_ = 0;
};

// One setting. Made by text(), integer(), number(), boolean(), duration(), bytes(), choice().
class Field {
 public:
  constexpr Field(std::string_view name, std::string_view type) : name_(name) {
    body_.add(R"("type":)");
    body_.add(type);
  }

  constexpr Field describe(std::string_view what) const { return with_text("description", what); }
  constexpr Field format(std::string_view name) const { return with_text("format", name); }
  constexpr Field pattern(std::string_view regex) const { return with_text("pattern", regex); }
  constexpr Field secret() const { return with("x-secret", "true"); }
  constexpr Field range(int64_t least, int64_t most) const {
    Field f = *this;
    f.body_.add(R"(,"minimum":)");
    f.body_.add_number(least);
    f.body_.add(R"(,"maximum":)");
    f.body_.add_number(most);
    return f;
  }
  constexpr Field required() const {
    Field f = *this;
    f.is_required_ = true;
    return f;
  }
  // The default.
  constexpr Field otherwise(std::string_view text) const { return with_text("default", text); }
  constexpr Field otherwise(const char* text) const { return with_text("default", text); }
  constexpr Field otherwise(bool truth) const { return with("default", truth ? "true" : "false"); }
  constexpr Field otherwise(int number) const {
    Field f = *this;
    f.body_.add(R"(,"default":)");
    f.body_.add_number(number);
    return f;
  }
  // Any other JSON keyword with a JSON value.
  constexpr Field with(std::string_view keyword, std::string_view json) const {
    Field f = *this;
    f.body_.add(',');
    f.body_.add_quoted(keyword);
    f.body_.add(':');
    f.body_.add(json);
    return f;
  }

  constexpr std::string_view name() const { return name_; }
  constexpr std::string_view body() const { return body_.view(); }
  constexpr bool is_required() const { return is_required_; }

 private:
  constexpr Field with_text(std::string_view keyword, std::string_view text) const {
    Field f = *this;
    f.body_.add(',');
    f.body_.add_quoted(keyword);
    f.body_.add(':');
    f.body_.add_quoted(text);
    return f;
  }
  std::string_view name_;
  SchemaText<512> body_;
  bool is_required_ = false;
};

constexpr Field text(std::string_view name) { return {name, R"("string")"}; }
constexpr Field integer(std::string_view name) { return {name, R"("integer")"}; }
constexpr Field number(std::string_view name) { return {name, R"("number")"}; }
constexpr Field boolean(std::string_view name) { return {name, R"("boolean")"}; }
// `150ms`, `2s`, ... or a plain number of seconds; the plugin reads milliseconds.
constexpr Field duration(std::string_view name) {
  return Field{name, R"(["string","integer"])"}.format("duration").with("x-unit", R"("s")");
}
// `64KiB`, ... or a plain number of bytes; the plugin reads bytes.
constexpr Field bytes(std::string_view name) {
  return Field{name, R"(["string","integer"])"}.format("bytes");
}
// One of a list of words, given as a JSON array: choice("mode", R"(["a","b"])").
constexpr Field choice(std::string_view name, std::string_view json_array) {
  return Field{name, R"("string")"}.with("enum", json_array);
}

// The schema of the whole `config:` block. Unknown keys are errors. Room for 8 KiB.
template <class... Fields>
constexpr SchemaText<8192> object(const Fields&... fields) {
  SchemaText<8192> out;
  out.add(R"({"type":"object","additionalProperties":false,"properties":{)");
  bool is_first = true;
  const auto property = [&](const Field& f) {
    if (!is_first) out.add(',');
    is_first = false;
    out.add_quoted(f.name());
    out.add(":{");
    out.add(f.body());
    out.add('}');
  };
  (property(fields), ...);
  out.add(R"(},"required":[)");
  is_first = true;
  const auto requirement = [&](const Field& f) {
    if (!f.is_required()) return;
    if (!is_first) out.add(',');
    is_first = false;
    out.add_quoted(f.name());
  };
  (requirement(fields), ...);
  out.add("]}");
  return out;
}

}  // namespace sdk_v1
}  // namespace sluice
