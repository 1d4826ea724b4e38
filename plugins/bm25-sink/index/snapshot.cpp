#include "index/snapshot.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "index/hash.hpp"

namespace bm25 {
namespace {

// Magic and format. Layout: magic; identity, fingerprint, watermark; documents; attributes; chunks;
// terms up to an empty name; checksum. Texts have their length in front; numbers are varints.
constexpr std::string_view kMagic = "SLBM25\n\x01";
constexpr std::size_t kPiece = 1 << 20;  // bytes hashed and written in one go
constexpr TermId kTermsPerVisit = 512;   // under one lock: some tens of microseconds

// The file being written. Throws std::system_error.
class Output {
 public:
  explicit Output(const std::filesystem::path& file)
      : file_(file), handle_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)) {
    if (handle_ < 0) fail();
  }
  ~Output() { ::close(handle_); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      buffer_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    buffer_.push_back(static_cast<char>(value));
    spill();
  }
  void bytes(std::string_view text) {
    buffer_ += text;
    spill();
  }
  void text(std::string_view value) {
    number(value.size());
    bytes(value);
  }
  void finish() {
    while (!buffer_.empty()) put(std::min(kPiece, buffer_.size()));
    std::array<char, 8> sum{};
    std::memcpy(sum.data(), &hash_, sum.size());
    write({sum.data(), sum.size()});
    if (::fsync(handle_) != 0) fail();
  }

 private:
  void spill() {
    while (buffer_.size() >= 2 * kPiece) put(kPiece);
  }
  void put(std::size_t size) {
    const auto piece = std::string_view(buffer_).substr(0, size);
    hash_ = hash_bytes(piece, hash_);
    write(piece);
    buffer_.erase(0, size);
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t done = ::write(handle_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), file_.string());
  }

  std::filesystem::path file_;
  int handle_;
  std::string buffer_;
  std::uint64_t hash_ = 0;
};

// Throws std::out_of_range where the bytes end too early.
class Input {
 public:
  Input(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.at(at_++));
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::uint32_t small() { return static_cast<std::uint32_t>(number()); }
  std::string_view text() { return bytes(number()); }
  std::string_view bytes(std::uint64_t size) {
    if (size > bytes_.size() - at_) throw std::out_of_range("snapshot ends early");
    const std::string_view out = bytes_.substr(at_, size);
    at_ += size;
    return out;
  }
  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    hash = hash_bytes(bytes.substr(at, kPiece), hash);
  }
  return hash;
}

void put_state(Output& out, const MemoryIndex::StateImage& image) {
  out.number(image.documents.size());
  for (const std::string& name : image.documents) out.text(name);
  out.number(image.attributes.size());
  for (const Attributes& attributes : image.attributes) {
    out.text(attributes.domain);
    out.text(attributes.language);
    out.text(attributes.country);
    out.text(attributes.crawl_id);
    out.number(!attributes.is_mobile ? 2 : *attributes.is_mobile ? 1 : 0);
  }
  out.number(image.slot_limit);
  out.number(image.chunks.size());
  MemoryIndex::ChunkImage last{};
  for (const MemoryIndex::ChunkImage& chunk : image.chunks) {
    out.number(chunk.slot - last.slot);
    out.number(chunk.row - last.row);
    out.number(chunk.document);
    out.number(chunk.ordinal);
    out.number(chunk.length);
    out.number(chunk.attributes);
    last = chunk;
  }
}

void sync_folder(const std::filesystem::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
}

}  // namespace

void save_snapshot(const std::filesystem::path& file, const SnapshotStamp& stamp,
                   const MemoryIndex& index, const MemoryIndex::StateImage& image) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  {
    Output out(fresh);
    out.bytes(kMagic);
    out.text(stamp.identity);
    out.text(stamp.fingerprint);
    out.number(stamp.watermark);
    put_state(out, image);
    std::string terms;  // copied under the lock, written outside it
    for (TermId first = 0; first < image.term_limit; first += kTermsPerVisit) {
      terms.clear();
      index.visit_terms(first, std::min(first + kTermsPerVisit, image.term_limit),
                        [&](std::string_view name, const Postings& postings) {
                          const std::uint32_t size = postings.byte_size();
                          terms.push_back(static_cast<char>(name.size()));
                          terms += name;
                          terms.append(reinterpret_cast<const char*>(&size), sizeof size);
                          terms.append(reinterpret_cast<const char*>(postings.begin()), size);
                        });
      out.bytes(terms);
    }
    out.number(0);
    out.finish();
  }
  std::filesystem::rename(fresh, file);
  sync_folder(file.parent_path());
}

std::optional<SnapshotFile> SnapshotFile::open(const std::filesystem::path& file,
                                               const SnapshotStamp& expected) {
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) {
    return std::nullopt;
  }
  struct stat info {};
  void* mapping = MAP_FAILED;
  if (::fstat(handle, &info) == 0 && info.st_size > 16) {
    mapping =
        ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, handle, 0);
  }
  ::close(handle);
  if (mapping == MAP_FAILED) {
    return std::nullopt;
  }
  SnapshotFile out;
  out.bytes_ = {static_cast<const char*>(mapping), static_cast<std::size_t>(info.st_size)};
  const std::string_view content = out.bytes_.substr(0, out.bytes_.size() - 8);
  std::uint64_t sum = 0;
  std::memcpy(&sum, out.bytes_.data() + content.size(), sizeof sum);
  if (!content.starts_with(kMagic) || checksum(content) != sum) {
    return std::nullopt;
  }
  try {
    Input in(content, kMagic.size());
    if (in.text() != expected.identity || in.text() != expected.fingerprint) {
      return std::nullopt;
    }
    out.watermark_ = in.number();
    out.body_ = in.at();
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
  return out;
}

SnapshotFile::SnapshotFile(SnapshotFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), body_(other.body_), watermark_(other.watermark_) {}

SnapshotFile::~SnapshotFile() {
  if (!bytes_.empty()) {
    ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
}

bool SnapshotFile::load(MemoryIndex& index, std::span<const RowId> rows) const {
  Input in(bytes_.substr(0, bytes_.size() - 8), body_);
  std::vector<std::string_view> documents(in.number());
  for (std::string_view& name : documents) name = in.text();
  std::vector<Attributes> attributes(in.number());
  for (Attributes& entry : attributes) {
    for (std::string* part : {&entry.domain, &entry.language, &entry.country, &entry.crawl_id}) {
      *part = in.text();
    }
    if (const std::uint64_t mobile = in.number(); mobile < 2) entry.is_mobile = mobile == 1;
  }
  std::vector<Slot> slots(in.number(), PostingCursor::kEnd);
  std::size_t known = 0;
  Slot slot = 0;
  RowId row = 0;
  for (std::uint64_t left = in.number(); left > 0; --left) {
    slot += in.small();
    row += in.number();
    const std::uint32_t document = in.small();
    const std::uint32_t ordinal = in.small();
    const std::uint32_t length = in.small();
    const std::uint32_t attribute = in.small();
    if (known < rows.size() && rows[known] < row) {
      return false;
    }
    if (known == rows.size() || rows[known] != row) continue;  // deleted since
    ++known;
    slots.at(slot) =
        index.load_chunk({row, documents.at(document), ordinal}, attributes.at(attribute), length);
  }
  while (known == rows.size()) {
    const std::size_t size = in.small();
    if (size == 0) return true;
    const std::string_view name = in.bytes(size);
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, in.bytes(sizeof bytes).data(), sizeof bytes);
    const auto* begin = reinterpret_cast<const std::uint8_t*>(in.bytes(bytes).data());
    index.load_term(name, {begin, bytes}, slots);
  }
  return false;
}

}  // namespace bm25
