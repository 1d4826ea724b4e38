// Image: the code of one plugin file, checked, loaded from a private copy, and never unloaded.
#pragma once

#include "base/result.hpp"
#include "plugin/call.hpp"
#include "plugin/elf_note.hpp"

#include <sluice/abi/plugin.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::plugin {

// What this host gives to plugins; compared with what they need.
struct HostOffer {
  std::string version;                  // "0.1.0"
  std::vector<std::string> interfaces;  // "sluice.timer/1", ...
};

// Immutable once loaded. Shared by the registry and every component made from it, of which either
// may go first on a reload. Any thread.
class Image final {
 public:
  struct Facts {
    std::filesystem::path path;  // the file it was copied from
    std::string sha256;          // of that file, 64 hexadecimal digits
    Note note;
    sluice_plugin_entry_fn entry = nullptr;
    const sluice_plugin* table = nullptr;
    std::vector<const sluice_descriptor*> descriptors;
  };
  explicit Image(Facts facts) : facts_(std::move(facts)) {}

  const std::filesystem::path& path() const { return facts_.path; }
  const std::string& sha256() const { return facts_.sha256; }
  const Note& note() const { return facts_.note; }
  sluice_plugin_entry_fn entry() const { return facts_.entry; }
  const sluice_plugin& table() const { return *facts_.table; }
  // At least one; all strings are there, ids are unique.
  std::span<const sluice_descriptor* const> descriptors() const { return facts_.descriptors; }
  const sluice_descriptor* find(std::string_view descriptor_id) const;  // null: none

 private:
  Facts facts_;
};

struct LoadOptions {
  // "sha256:<64 hexadecimal digits>"; the file must be that one.
  std::optional<std::string> pin;
  // Where the private copies lie; made (0700) when it is missing.
  std::filesystem::path copies;
};

// Loads the plugin in the file `path`, which must be absolute. Every Error is of Fault::kConfig or
// kIo, begins with the file's name and says what to do. [control]
Result<std::shared_ptr<const Image>> load(const std::filesystem::path& path,
                                          const LoadOptions& options, const HostOffer& host,
                                          Faults& faults);

}  // namespace sluice::plugin
