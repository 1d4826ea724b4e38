// sluice/testing/page.hpp - records as a test writes and reads them: plain values, no handles.
#pragma once

#include <sluice/abi.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// A metadata value of its own, unlike sluice_value, whose text is a view.
class Value {
 public:
  Value() = default;
  Value(std::string text) : kind_(SLUICE_TEXT), text_(std::move(text)) {}
  Value(const char* text) : kind_(SLUICE_TEXT), text_(text) {}
  Value(bool truth) : kind_(SLUICE_BOOL), integer_(truth ? 1 : 0) {}
  Value(int number) : kind_(SLUICE_I64), integer_(number) {}
  Value(int64_t number) : kind_(SLUICE_I64), integer_(number) {}
  Value(double number) : kind_(SLUICE_F64), number_(number) {}
  static Value time(int64_t nanoseconds) {
    Value v(nanoseconds);
    v.kind_ = SLUICE_TIME;
    return v;
  }
  static Value json(std::string text) {
    Value v(std::move(text));
    v.kind_ = SLUICE_JSON;
    return v;
  }
  static Value from(const sluice_value& v) {
    Value made;
    made.kind_ = v.kind;
    if (v.kind == SLUICE_F64) {
      made.number_ = v.as.f64;
    } else if (v.kind == SLUICE_TEXT || v.kind == SLUICE_JSON) {
      if (v.as.str.size > 0) made.text_.assign(v.as.str.data, v.as.str.size);
    } else {
      made.integer_ = v.as.i64;
    }
    return made;
  }

  uint32_t kind() const { return kind_; }
  const std::string& text() const { return text_; }
  int64_t integer() const { return integer_; }
  double number() const { return number_; }
  sluice_value view() const {
    sluice_value v{};
    v.kind = kind_;
    if (kind_ == SLUICE_F64) {
      v.as.f64 = number_;
    } else if (kind_ == SLUICE_TEXT || kind_ == SLUICE_JSON) {
      v.as.str = {text_.data(), text_.size()};
    } else {
      v.as.i64 = integer_;
    }
    return v;
  }
  // As a log line shows it.
  std::string shown() const {
    if (kind_ == SLUICE_TEXT || kind_ == SLUICE_JSON) return text_;
    if (kind_ == SLUICE_BOOL) return integer_ != 0 ? "true" : "false";
    return kind_ == SLUICE_F64 ? std::to_string(number_) : std::to_string(integer_);
  }
  bool operator==(const Value&) const = default;

 private:
  uint32_t kind_ = SLUICE_NONE;
  int64_t integer_ = 0;
  double number_ = 0;
  std::string text_;
};

// A document, or a chunk of one: then `document_id` is another than `id`.
struct Page {
  std::string id = "https://example.org/";
  std::string text = {};
  std::map<std::string, Value> meta = {};
  std::map<std::string, std::vector<float>> vectors = {};
  std::string group = {};
  uint32_t op = SLUICE_UPSERT;
  uint32_t chunk_count = 0;
  std::string document_id = {};  // empty: the same as `id`
  uint32_t ordinal = 0;          // of a chunk
  uint64_t offset = 0;           // of a chunk, in its document's text

  bool is_chunk() const { return !document_id.empty() && document_id != id; }
};

// A chunk as an indexing stage gets it: its id is "<document>#<ordinal>".
inline Page chunk_of(const Page& document, uint32_t ordinal, std::string text) {
  Page chunk = document;
  chunk.id += "#" + std::to_string(ordinal);
  chunk.document_id = document.id;
  chunk.ordinal = ordinal;
  const auto at = document.text.find(text);
  chunk.offset = at == std::string::npos ? 0 : at;
  chunk.text = std::move(text);
  chunk.vectors.clear();
  return chunk;
}

// What a stage made of one record.
struct Settled {
  sluice_status verdict = SLUICE_PENDING;
  std::string why = {};
  uint32_t retry_after_ms = 0;
  Page record = {};
  std::vector<Page> children = {};  // what it emitted in the record's place
};

inline sluice_str view_of(std::string_view text) { return {text.data(), text.size()}; }
inline std::string string_of(sluice_str text) {
  return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
