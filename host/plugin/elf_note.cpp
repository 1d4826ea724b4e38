// Finds the note, the exported symbols and the needed libraries in the bytes of a shared object.
#include "plugin/elf_note.hpp"

#include "plugin/elf_reader.hpp"
#include "plugin/plugin_file.hpp"

#include <sluice/abi/plugin.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sluice::plugin {
namespace {

constexpr std::string_view kNoteName{"SLUICE\0", 7};
constexpr std::size_t kMaxNoteId = sizeof(sluice_note::id);

Error refuse_file(const std::string& name, const std::string& why) {
  return {Fault::kConfig, name + " " + why};
}

Error damaged(const std::string& name, const char* what) {
  return refuse_file(name, std::string("is damaged: ") + what +
                               " does not fit into the file; copy or build it again");
}

// "x86-64" or "aarch64"; empty for any other machine.
std::string machine_of(const Elf64_Ehdr& header) {
  if (header.e_machine == EM_X86_64) return "x86-64";
  if (header.e_machine == EM_AARCH64) return "aarch64";
  return "";
}

// Why `header` is not that of a shared object that a plugin could be; empty: it is.
std::string misfit(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return "is not a 64-bit little-endian ELF file; build the plugin for this machine";
  if (header.e_type != ET_DYN) {
    return "is an ELF file but not a shared object; link the plugin with -shared or"
           " sluice_add_plugin()";
  }
  if (machine_of(header).empty())
    return "is a shared object for another kind of processor; build the plugin for this machine";
  return "";
}

bool is_printable(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// Our note among the notes in `area`, whose entries are padded to `align` bytes.
std::optional<Note> find_note(std::span<const std::byte> area, uint64_t align) {
  const ElfReader reader(area);
  const uint64_t unit = align == 8 ? 8 : 4;
  const auto padded = [&](uint64_t size) { return (size + unit - 1) / unit * unit; };
  uint64_t at = 0;
  while (const auto header = reader.at<Elf64_Nhdr>(at)) {
    const uint64_t name_at = at + sizeof *header;
    const uint64_t body_at = name_at + padded(header->n_namesz);
    at = body_at + padded(header->n_descsz);
    const auto name = reader.slice(name_at, header->n_namesz);
    const auto body = reader.slice(body_at, header->n_descsz);
    if (!name || !body) return std::nullopt;
    if (header->n_type != SLUICE_NOTE_TYPE || name->size() != kNoteName.size() ||
        std::memcmp(name->data(), kNoteName.data(), kNoteName.size()) != 0)
      continue;
    const ElfReader fields(*body);
    const auto major = fields.at<uint32_t>(0);
    const auto minor = fields.at<uint32_t>(sizeof(uint32_t));
    if (!major || !minor) return std::nullopt;
    const auto id = ElfReader::text(*body, 2 * sizeof(uint32_t), kMaxNoteId);
    if (!id || !is_printable(*id)) return std::nullopt;
    return Note{*major, *minor, std::string(*id)};
  }
  return std::nullopt;
}

// The segments and sections of one file.
struct Layout {
  ElfReader file;
  Elf64_Ehdr header;
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Shdr> sections;
};

std::optional<Note> note_of(const Layout& elf) {
  for (const auto& segment : elf.segments) {
    if (segment.p_type != PT_NOTE) continue;
    const auto area = elf.file.slice(segment.p_offset, segment.p_filesz);
    if (!area) continue;
    if (auto note = find_note(*area, segment.p_align)) return note;
  }
  for (const auto& section : elf.sections) {  // a linker script may have made no PT_NOTE
    if (section.sh_type != SHT_NOTE) continue;
    const auto area = elf.file.slice(section.sh_offset, section.sh_size);
    if (!area) continue;
    if (auto note = find_note(*area, section.sh_addralign)) return note;
  }
  return std::nullopt;
}

// A section with entries of type T and the string table it names.
template <class T>
struct Table {
  ElfReader entries;
  std::size_t count;
  std::span<const std::byte> names;
};

template <class T>
std::optional<Table<T>> table_of(const Layout& elf, uint32_t type) {
  const auto section = std::find_if(elf.sections.begin(), elf.sections.end(),
                                    [&](const Elf64_Shdr& s) { return s.sh_type == type; });
  if (section == elf.sections.end() || section->sh_link >= elf.sections.size()) return std::nullopt;
  const Elf64_Shdr& strings = elf.sections[section->sh_link];
  const auto entries = elf.file.slice(section->sh_offset, section->sh_size);
  const auto names = elf.file.slice(strings.sh_offset, strings.sh_size);
  if (!entries || !names) return std::nullopt;
  return Table<T>{ElfReader(*entries), entries->size() / sizeof(T), *names};
}

// Names from a string table, as many bytes in all as the file has: in an honest file every name is
// referred to about once, in a hostile one a million entries may point to one long name.
class Names {
 public:
  Names(std::span<const std::byte> table, std::size_t budget) : table_(table), budget_(budget) {}
  // False: no such name, or the budget is used up.
  bool add(uint64_t offset, std::vector<std::string>& to) {
    const auto text = ElfReader::text(table_, offset, budget_);
    if (!text) return false;
    budget_ -= text->size() + 1;
    to.emplace_back(*text);
    return true;
  }

 private:
  std::span<const std::byte> table_;
  std::size_t budget_;
};

bool is_exported(const Elf64_Sym& symbol) {
  const unsigned bind = ELF64_ST_BIND(symbol.st_info);
  const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && bind != STB_LOCAL &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

bool read_exports(const Layout& elf, std::size_t budget, std::vector<std::string>& out) {
  const auto table = table_of<Elf64_Sym>(elf, SHT_DYNSYM);
  if (!table) return true;
  Names names(table->names, budget);
  for (std::size_t i = 0; i < table->count; ++i) {
    const auto symbol = table->entries.at<Elf64_Sym>(i * sizeof(Elf64_Sym));
    if (is_exported(*symbol) && !names.add(symbol->st_name, out)) return false;
  }
  std::sort(out.begin(), out.end());
  return true;
}

bool read_needed(const Layout& elf, std::size_t budget, std::vector<std::string>& out) {
  const auto table = table_of<Elf64_Dyn>(elf, SHT_DYNAMIC);
  if (!table) return true;
  Names names(table->names, budget);
  for (std::size_t i = 0; i < table->count; ++i) {
    const auto entry = table->entries.at<Elf64_Dyn>(i * sizeof(Elf64_Dyn));
    if (entry->d_tag == DT_NULL) break;
    if (entry->d_tag == DT_NEEDED && !names.add(entry->d_un.d_val, out)) return false;
  }
  return true;
}

}  // namespace

Result<ElfFacts> parse_elf(std::span<const std::byte> bytes, const std::string& name) {
  const ElfReader file(bytes);
  const auto magic = file.slice(0, SELFMAG);
  if (!magic || std::memcmp(magic->data(), ELFMAG, SELFMAG) != 0)
    return refuse_file(name, "is not an ELF file; a plugin is a shared object (.so)");
  const auto header = file.at<Elf64_Ehdr>(0);
  if (!header) return damaged(name, "its header");
  if (const auto why = misfit(*header); !why.empty()) return refuse_file(name, why);
  auto segments = file.segments(*header);
  if (!segments) return damaged(name, "its program header table");
  auto sections = file.sections(*header);
  if (!sections) return damaged(name, "its section header table");
  const Layout elf{file, *header, std::move(*segments), std::move(*sections)};
  ElfFacts facts;
  facts.machine = machine_of(*header);
  facts.note = note_of(elf);
  if (!read_exports(elf, bytes.size(), facts.exports)) return damaged(name, "a symbol's name");
  if (!read_needed(elf, bytes.size(), facts.needed)) return damaged(name, "a library's name");
  return facts;
}

Result<ElfFacts> read_elf(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return std::move(bytes).error();
  return parse_elf(*bytes, path.string());
}

Result<Note> usable_note(const ElfFacts& facts, const std::string& name) {
  if (!facts.note) {
    return refuse_file(
        name,
        "has no Sluice note: it is not a Sluice plugin, or its notes were stripped; a plugin"
        " says SLUICE_MANIFEST or SLUICE_PLUGIN once");
  }
  if (facts.note->abi_major != SLUICE_ABI_MAJOR) {
    return refuse_file(name, "is built for version " + std::to_string(facts.note->abi_major) +
                                 " of the plugin ABI; this host speaks version " +
                                 std::to_string(SLUICE_ABI_MAJOR) +
                                 ": build it with this host's SDK");
  }
  return *facts.note;
}

Result<Note> read_note(const std::filesystem::path& path) {
  auto facts = read_elf(path);
  if (!facts) return std::move(facts).error();
  return usable_note(*facts, path.string());
}

}  // namespace sluice::plugin
