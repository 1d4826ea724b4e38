// Writing and reading a document as bytes. The reader trusts nothing: a truncated or foreign row is
// an error, never a crash.
#include "data/codec.hpp"

#include <cstring>
#include <utility>

namespace sluice::data {
namespace {

constexpr char kVersion = 1;

void put(std::string& out, uint64_t n) {
  char bytes[sizeof n];
  std::memcpy(bytes, &n, sizeof n);
  out.append(bytes, sizeof n);
}

void put(std::string& out, std::string_view s) {
  put(out, uint64_t{s.size()});
  out.append(s);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool number(uint64_t& out) {
    if (rest_.size() < sizeof out) return false;
    std::memcpy(&out, rest_.data(), sizeof out);
    rest_.remove_prefix(sizeof out);
    return true;
  }
  bool text(std::string_view& out) {
    uint64_t size = 0;
    if (!number(size) || size > rest_.size()) return false;
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_meta(Reader& in, Metadata& out) {
  uint64_t count = 0;
  if (!in.number(count)) return false;
  for (uint64_t i = 0; i < count; ++i) {
    std::string_view key;
    std::string_view text;
    uint64_t kind = 0;
    uint64_t bits = 0;
    if (!in.text(key) || !in.number(kind) || !in.number(bits) || !in.text(text)) return false;
    MetaValue value;
    value.kind = static_cast<uint32_t>(kind);
    value.text = text;
    if (kind == SLUICE_F64) {
      std::memcpy(&value.f64, &bits, sizeof bits);
    } else {
      value.i64 = static_cast<int64_t>(bits);
    }
    out.set(key, std::move(value));
  }
  return true;
}

}  // namespace

std::string encode(const Record& document) {
  std::string out;
  out.reserve(document.text.size() + 1024);  // 1 KiB: what ids and metadata usually take
  out.push_back(kVersion);
  put(out, document.id);
  put(out, document.group_name);
  put(out, uint64_t{document.op});
  put(out, uint64_t{document.own_meta.entries().size()});
  for (const auto& entry : document.own_meta.entries()) {
    put(out, entry.key);
    put(out, uint64_t{entry.value.kind});
    uint64_t bits = static_cast<uint64_t>(entry.value.i64);
    if (entry.value.kind == SLUICE_F64) std::memcpy(&bits, &entry.value.f64, sizeof bits);
    put(out, bits);
    put(out, entry.value.text);
  }
  put(out, document.text);
  return out;
}

Result<RecordRef> decode(std::string_view bytes) {
  const Error broken{Fault::kInternal,
                     "a journal row is damaged: it is not a document this version wrote"};
  if (bytes.empty() || bytes.front() != kVersion) return broken;
  Reader in(bytes.substr(1));
  std::string_view id;
  std::string_view group;
  std::string_view text;
  uint64_t op = 0;
  Metadata meta;
  if (!in.text(id) || !in.text(group) || !in.number(op) || op > SLUICE_TRIM ||
      !read_meta(in, meta) || !in.text(text) || !in.at_end()) {
    return broken;
  }
  auto document = make_document(std::string(id), make_buffer(std::string(text)));
  document->group_name = group;
  document->op = static_cast<uint32_t>(op);
  document->own_meta = std::move(meta);
  return document;
}

}  // namespace sluice::data
