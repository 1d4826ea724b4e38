// The only file that opens shared objects.
#include "plugin/image.hpp"

#include "plugin/descriptors.hpp"
#include "plugin/plugin_file.hpp"
#include "plugin/private_copy.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <cctype>
#include <system_error>

namespace sluice::plugin {
namespace {

constexpr std::string_view kPinScheme = "sha256:";
constexpr std::size_t kSha256Digits = 64;

// Compares `pin` with the digest of the file.
Result<void> check_pin(const std::string& pin, const std::string& sha256, const std::string& name) {
  std::string wanted = pin;
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool is_pin =
      wanted.starts_with(kPinScheme) && wanted.size() == kPinScheme.size() + kSha256Digits &&
      wanted.find_first_not_of("0123456789abcdef", kPinScheme.size()) == std::string::npos;
  if (!is_pin) {
    return Error{Fault::kConfig, name + " is pinned to '" + pin +
                                     "', which is not sha256: and 64 hexadecimal digits"};
  }
  if (wanted.substr(kPinScheme.size()) != sha256) {
    return Error{Fault::kConfig,
                 name + " is not the file that was pinned: it has sha256:" + sha256 +
                     ", the pin says " + wanted + "; install the pinned file, or change the pin"};
  }
  return {};
}

// What the loader said, in a sentence of ours.
Error loader_error(const std::filesystem::path& copy, const std::string& name,
                   const std::string& said) {
  std::string message = name + " cannot be loaded: " + said;
  if (said.find("failed to map segment") != std::string::npos) {
    message += "; " + copy.parent_path().string() +
               " may be mounted noexec: put the data folder on another file system";
  } else if (said.find("undefined symbol") != std::string::npos) {
    message += "; link the plugin with the library that has it";
  }
  return {Fault::kConfig, std::move(message)};
}

struct Entry {
  sluice_plugin_entry_fn run;
};

// Opens the copy and finds its entry. Boost.DLL would close the library with the last handle;
// RTLD_NODELETE, which passes through its load modes, keeps it for good.
Result<Entry> open_entry(const std::filesystem::path& copy, const std::string& name) {
  using Mode = boost::dll::load_mode::type;
  const auto mode = static_cast<Mode>(boost::dll::load_mode::rtld_now |
                                      boost::dll::load_mode::rtld_local | RTLD_NODELETE);
  try {
    boost::dll::shared_library library;
    library.load(copy, mode);
    if (!library.has(SLUICE_ENTRY_SYMBOL)) {
      return Error{Fault::kConfig, name + " has a note but does not export " SLUICE_ENTRY_SYMBOL
                                          "; declare the function with SLUICE_EXPORT"};
    }
    return Entry{&library.get<const sluice_plugin*(uint32_t)>(SLUICE_ENTRY_SYMBOL)};
  } catch (const std::system_error& e) {
    const std::string said = e.what();
    // Boost puts the loader's own words in brackets behind words of its own.
    constexpr std::string_view kMark = "dlerror system message: ";
    const auto at = said.find(kMark);
    if (at == std::string::npos) return loader_error(copy, name, said);
    const auto from = at + kMark.size();
    return loader_error(copy, name, said.substr(from, said.rfind(')') - from));
  }
}

}  // namespace

const sluice_descriptor* Image::find(std::string_view descriptor_id) const {
  for (const auto* descriptor : facts_.descriptors)
    if (descriptor->id == descriptor_id) return descriptor;
  return nullptr;
}

Result<std::shared_ptr<const Image>> load(const std::filesystem::path& path,
                                          const LoadOptions& options, const HostOffer& host,
                                          Faults& faults) {
  const std::string name = path.string();
  const auto bytes = read_trusted(path);
  if (!bytes) return bytes.error();
  Image::Facts facts;
  facts.path = path;
  facts.sha256 = sha256_of(*bytes);
  if (options.pin) {
    if (auto same = check_pin(*options.pin, facts.sha256, name); !same)
      return std::move(same).error();
  }
  const auto elf = parse_elf(*bytes, name);
  if (!elf) return elf.error();
  auto note = usable_note(*elf, name);
  if (!note) return std::move(note).error();
  facts.note = std::move(*note);

  const auto copy = keep_copy(options.copies, *bytes, facts.sha256);
  if (!copy) return copy.error();
  const auto entry = open_entry(*copy, name);
  if (!entry) return entry.error();
  facts.entry = entry->run;
  const ThreadScope control(ThreadTag::kControl);
  const Callee callee(facts.note.id, "", "", path.stem().string());
  const auto status = call(callee, SLUICE_ENTRY_SYMBOL, faults,
                           [&] { facts.table = entry->run(SLUICE_ABI_MINOR); });
  if (status != SLUICE_OK) {
    return Error{Fault::kConfig, name + " threw an exception out of " SLUICE_ENTRY_SYMBOL
                                        "; it must return its sluice_plugin"};
  }
  auto descriptors = checked_descriptors(facts.table, name, host);
  if (!descriptors) return std::move(descriptors).error();
  facts.descriptors = std::move(*descriptors);
  return std::make_shared<const Image>(std::move(facts));
}

}  // namespace sluice::plugin
