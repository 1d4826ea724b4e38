// The tables of headers, and names from string tables.
#include "plugin/elf_reader.hpp"

#include <algorithm>

namespace sluice::plugin {
namespace {

template <class T>
std::optional<std::vector<T>> table(const ElfReader& file, uint64_t offset, std::size_t count) {
  const auto part = file.slice(offset, count * sizeof(T));  // count fits 16 bits: no overflow
  if (!part) return std::nullopt;
  std::vector<T> headers(count);
  if (count > 0) std::memcpy(headers.data(), part->data(), part->size());
  return headers;
}

}  // namespace

std::optional<std::string_view> ElfReader::text(std::span<const std::byte> table, uint64_t offset,
                                                std::size_t limit) {
  if (offset >= table.size()) return std::nullopt;
  const auto rest = table.subspan(static_cast<std::size_t>(offset));
  const auto part = rest.first(std::min(rest.size(), limit));
  const auto zero = std::find(part.begin(), part.end(), std::byte{0});
  if (zero == part.end()) return std::nullopt;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes read as text
  return std::string_view(reinterpret_cast<const char*>(part.data()),
                          static_cast<std::size_t>(zero - part.begin()));
}

std::optional<std::vector<Elf64_Phdr>> ElfReader::segments(const Elf64_Ehdr& header) const {
  if (header.e_phnum == 0) return std::vector<Elf64_Phdr>{};
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return std::nullopt;
  return table<Elf64_Phdr>(*this, header.e_phoff, header.e_phnum);
}

std::optional<std::vector<Elf64_Shdr>> ElfReader::sections(const Elf64_Ehdr& header) const {
  if (header.e_shnum == 0) return std::vector<Elf64_Shdr>{};
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return std::nullopt;
  return table<Elf64_Shdr>(*this, header.e_shoff, header.e_shnum);
}

}  // namespace sluice::plugin
