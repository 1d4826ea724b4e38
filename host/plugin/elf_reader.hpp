// Bounds-checked reads from the bytes of an ELF file that anybody may have written.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sluice::plugin {

// A view of the file. Every read answers nothing where the file has no such bytes.
class ElfReader final {
 public:
  explicit ElfReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  std::optional<T> at(uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto part = slice(offset, sizeof(T));
    if (!part) return std::nullopt;
    T value;
    std::memcpy(&value, part->data(), sizeof value);
    return value;
  }
  std::optional<std::span<const std::byte>> slice(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }
  // The text at `offset` of the string table that is `table`, without its zero; nothing when it has
  // none, or none within `limit` bytes.
  static std::optional<std::string_view> text(std::span<const std::byte> table, uint64_t offset,
                                              std::size_t limit);

  // The headers that the file header promises; nothing when they do not fit into the file.
  std::optional<std::vector<Elf64_Phdr>> segments(const Elf64_Ehdr& header) const;
  std::optional<std::vector<Elf64_Shdr>> sections(const Elf64_Ehdr& header) const;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace sluice::plugin
