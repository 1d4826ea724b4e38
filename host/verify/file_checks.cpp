// What can be seen in the file without loading it.
#include "verify/check.hpp"

#include <algorithm>

namespace sluice::verify {
namespace {

void has_note(const Subject& subject, Report& report) {
  const auto note = plugin::usable_note(subject.facts, subject.file.filename().string());
  if (!note) report.fail(note.error().message);
}

void exports_entry_alone(const Subject& subject, Report& report) {
  const auto& exports = subject.facts.exports;
  const auto is_entry = [](const std::string& name) { return name == SLUICE_ENTRY_SYMBOL; };
  if (std::none_of(exports.begin(), exports.end(), is_entry))
    report.fail("it does not export " SLUICE_ENTRY_SYMBOL);
  std::string others;
  std::size_t count = 0;
  for (const std::string& name : exports) {
    if (is_entry(name)) continue;
    if (++count <= 3) others += (others.empty() ? "" : ", ") + name;
  }
  if (count > 3) others += " and " + std::to_string(count - 3) + " more";
  if (count > 0)
    report.fail("it exports " + others +
                " beside " SLUICE_ENTRY_SYMBOL ", which other plugins could take for their own");
}

}  // namespace

std::vector<Check> file_checks() {
  return {
      {"file.note", Severity::kError, Needs::kFile, "The file says for which ABI it was built.",
       "Put SLUICE_PLUGIN (C++) or SLUICE_MANIFEST (C) into one source, and build against the SDK "
       "of this major version.",
       has_note},
      {"file.exports", Severity::kError, Needs::kFile, "The file exports its entry and no more.",
       "Build it with sluice_add_plugin(), or link with the SDK's plugin.map.",
       exports_entry_alone},
  };
}

}  // namespace sluice::verify
