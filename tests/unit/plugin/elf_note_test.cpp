// The note and the facts of real shared objects, and every refusal of what is none.
#include "plugin/elf_note.hpp"

#include "plugin/plugin_file.hpp"
#include "watched.hpp"

#include <gtest/gtest.h>

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>

namespace sluice::plugin {
namespace {

const std::filesystem::path kPlugins = SLUICE_TEST_PLUGINS;

std::vector<std::byte> good() { return *read_file(kPlugins / "good.so"); }

// What is said of `bytes`; "ok" when nothing is.
std::string verdict(std::span<const std::byte> bytes) {
  const auto facts = parse_elf(bytes, "x.so");
  return facts ? "ok" : facts.error().message;
}
template <class T>
std::string verdict_with(std::size_t at, T value) {
  auto bytes = good();
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return verdict(bytes);
}

TEST(ElfNote, ReadsTheNoteOfAFile) {
  const auto note = read_note(kPlugins / "good.so");
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(note->abi_major, 1U);
  EXPECT_EQ(note->abi_minor, 0U);
  EXPECT_EQ(note->id, "test.good");
}

TEST(ElfNote, ListsExportsAndLibraries) {
  const auto facts = read_elf(kPlugins / "throws_in_create.so");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->exports, std::vector<std::string>{"sluice_plugin_entry_v1"});
  EXPECT_NE(std::find(facts->needed.begin(), facts->needed.end(), "libstdc++.so.6"),
            facts->needed.end());
  EXPECT_TRUE(facts->machine == "x86-64" || facts->machine == "aarch64");
  EXPECT_EQ(facts->note->id, "test.throws-in-create");
}

TEST(ElfNote, FindsTheNoteWithoutSectionHeaders) {
  auto bytes = good();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.e_shnum = 0;
  std::memcpy(bytes.data(), &header, sizeof header);
  const auto facts = parse_elf(bytes, "x.so");
  ASSERT_TRUE(facts);
  ASSERT_TRUE(facts->note);
  EXPECT_EQ(facts->note->id, "test.good");
}

TEST(ElfNote, FindsTheNoteWithoutProgramHeaders) {
  auto bytes = good();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.e_phnum = 0;
  std::memcpy(bytes.data(), &header, sizeof header);
  const auto facts = parse_elf(bytes, "x.so");
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->note);
}

TEST(ElfNote, SaysWhyAFileIsNoPlugin) {
  const auto bytes = good();
  EXPECT_EQ(verdict({}), "x.so is not an ELF file; a plugin is a shared object (.so)");
  EXPECT_EQ(verdict(std::as_bytes(std::span("#!/bin/sh"))),
            "x.so is not an ELF file; a plugin is a shared object (.so)");
  EXPECT_EQ(verdict(std::span(bytes).first(40)),
            "x.so is damaged: its header does not fit into the file; copy or build it again");
  EXPECT_EQ(verdict(std::span(bytes).first(64)),
            "x.so is damaged: its program header table does not fit into the file; copy or build it"
            " again");
  EXPECT_EQ(verdict_with<unsigned char>(EI_CLASS, ELFCLASS32),
            "x.so is not a 64-bit little-endian ELF file; build the plugin for this machine");
  EXPECT_EQ(verdict_with<unsigned char>(EI_DATA, ELFDATA2MSB),
            "x.so is not a 64-bit little-endian ELF file; build the plugin for this machine");
  EXPECT_EQ(verdict_with<uint16_t>(offsetof(Elf64_Ehdr, e_type), ET_REL),
            "x.so is an ELF file but not a shared object; link the plugin with -shared or"
            " sluice_add_plugin()");
  EXPECT_EQ(
      verdict_with<uint16_t>(offsetof(Elf64_Ehdr, e_machine), EM_RISCV),
      "x.so is a shared object for another kind of processor; build the plugin for this machine");
  EXPECT_EQ(verdict_with<uint64_t>(offsetof(Elf64_Ehdr, e_shoff), UINT64_MAX - 8),
            "x.so is damaged: its section header table does not fit into the file; copy or build it"
            " again");
}

TEST(ElfNote, SaysWhyAFileCannotBeRead) {
  const auto note = read_note("/nonexistent/x.so");
  ASSERT_FALSE(note);
  EXPECT_EQ(note.error().fault, Fault::kNotFound);
  EXPECT_EQ(note.error().message, "/nonexistent/x.so: cannot be opened: No such file or directory");
}

TEST(ElfNote, EveryTruncationIsAnAnswer) {
  const auto bytes = good();
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const std::vector<std::byte> part(bytes.begin(),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(verdict(part), "ok") << size;
  }
}

TEST(ElfNote, ManyNamesOfOneLongTextDoNotGrowMemory) {
  // A file whose symbol table names one long text ten thousand times.
  constexpr std::size_t kSymbols = 10000;
  constexpr std::size_t kText = 10000;
  struct File {
    Elf64_Ehdr header{};
    Elf64_Shdr sections[2] = {};
    Elf64_Sym symbols[kSymbols] = {};
    char text[kText] = {};
  };
  auto file = std::make_unique<File>();
  std::memcpy(file->header.e_ident, ELFMAG, SELFMAG);
  file->header.e_ident[EI_CLASS] = ELFCLASS64;
  file->header.e_ident[EI_DATA] = ELFDATA2LSB;
  file->header.e_type = ET_DYN;
  file->header.e_machine = EM_X86_64;
  file->header.e_shoff = offsetof(File, sections);
  file->header.e_shnum = 2;
  file->header.e_shentsize = sizeof(Elf64_Shdr);
  file->sections[0].sh_type = SHT_DYNSYM;
  file->sections[0].sh_link = 1;
  file->sections[0].sh_offset = offsetof(File, symbols);
  file->sections[0].sh_size = sizeof file->symbols;
  file->sections[1].sh_offset = offsetof(File, text);
  file->sections[1].sh_size = kText;
  for (auto& symbol : file->symbols) {
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = 1;
  }
  std::memset(file->text, 'x', kText - 1);
  EXPECT_EQ(verdict(std::as_bytes(std::span(file.get(), 1))),
            "x.so is damaged: a symbol's name does not fit into the file; copy or build it again");
}

}  // namespace
}  // namespace sluice::plugin
