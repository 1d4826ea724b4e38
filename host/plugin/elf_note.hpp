// Reads the manifest of a plugin from its file, without loading it: loading would already run the
// plugin's constructors.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::plugin {

// The ELF note .note.sluice.
struct Note {
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;
  std::string id;  // of the plugin file: "org.example.chunker"
};

// What a shared object says about itself.
struct ElfFacts {
  std::string machine;  // "x86-64" or "aarch64"
  std::optional<Note> note;
  std::vector<std::string> exports;  // defined dynamic symbols, sorted
  std::vector<std::string> needed;   // DT_NEEDED libraries, in the file's order
};

// The facts of the shared object `bytes`; `name` is what messages call it. An Error when it is not
// a 64-bit little-endian shared object for x86-64 or aarch64, or is damaged.
Result<ElfFacts> parse_elf(std::span<const std::byte> bytes, const std::string& name);

// The same from a file.
Result<ElfFacts> read_elf(const std::filesystem::path& path);

// The note of `facts`, or why there is no loading it: no note, or another major version of the ABI.
Result<Note> usable_note(const ElfFacts& facts, const std::string& name);

// read_elf and usable_note in one.
Result<Note> read_note(const std::filesystem::path& path);

}  // namespace sluice::plugin
