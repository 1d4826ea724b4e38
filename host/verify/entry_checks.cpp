// The entry, the descriptors and the schema.
#include "verify/check.hpp"
#include "verify/example_settings.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::verify {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kEntryLimit{50};

// Loading is all of it: the runner reports what the host said.
void opens(const Subject&, Report&) {}

void answers_alike(const Subject& subject, Report& report) {
  const auto began = Steady::now();
  const sluice_plugin* again = subject.image->entry()(SLUICE_ABI_MINOR);
  if (again != &subject.image->table())
    report.fail("the entry gave another table when it was called again; it must be static data");
  if (Steady::now() - began > kEntryLimit)
    report.fail("the entry took longer than " + std::to_string(kEntryLimit.count()) + " ms");
}

void agrees_with_note(const Subject& subject, Report& report) {
  const auto& note = subject.image->note();
  const uint32_t minor = subject.image->table().abi_minor;
  if (note.abi_minor != minor) {
    report.fail("the note in the file says ABI minor " + std::to_string(note.abi_minor) +
                ", the entry says " + std::to_string(minor));
  }
  if (!subject.image->table().toolchain || !*subject.image->table().toolchain)
    report.fail("the entry names no toolchain, which is what helps in a bug report");
}

bool is_semver(const std::string& version) {
  int dots = 0;
  bool has_digit = false;
  for (const char c : version.substr(0, version.find_first_of("-+"))) {
    if (c == '.') {
      if (!has_digit) return false;
      ++dots;
      has_digit = false;
    } else if (c < '0' || c > '9') {
      return false;
    } else {
      has_digit = true;
    }
  }
  return dots == 2 && has_digit;
}

void describes_itself(const Subject& subject, Report& report) {
  for (const sluice_descriptor* d : subject.image->descriptors()) {
    const std::string who = d->id;
    if (who.find('.') == std::string::npos)
      report.fail("the id \"" + who + "\" is not unique in the world: write org.example." + who);
    if (!is_semver(d->version))
      report.fail(who + ": the version \"" + d->version + "\" is not of the form 1.2.3");
    if (!*d->summary) report.fail(who + ": the summary is empty");
    if (!*d->license) report.fail(who + ": the license is empty; write its SPDX name, MIT say");
  }
}

void has_usable_schema(const Subject& subject, Report& report) {
  for (const sluice_descriptor* d : subject.image->descriptors()) {
    const Json schema = Json::parse(d->config_schema, nullptr, false);
    if (schema.is_discarded()) {
      report.fail(std::string(d->id) + ": config_schema is not JSON");
      continue;
    }
    const std::string why = refusal_of(d->config_schema, example_settings(schema));
    if (!why.empty()) report.fail(std::string(d->id) + ": " + why);
  }
}

void explains_settings(const Subject& subject, Report& report) {
  const Json schema = Json::parse(subject.descriptor->config_schema, nullptr, false);
  if (!schema.is_object() || !schema.contains("properties")) return;
  for (const auto& [name, rule] : schema["properties"].items())
    if (rule.is_object() && rule.value("description", "").empty())
      report.fail("the setting \"" + name + "\" has no description");
}

// Each setting in turn as a list of lists, which no sane setting is.
void refuses_nonsense(const Subject& subject, Report& report) {
  const Json schema = Json::parse(subject.descriptor->config_schema, nullptr, false);
  const Json good = Json::parse(subject.settings);
  if (!schema.is_object()) return;
  const Json properties = schema.value("properties", Json::object());
  const Json required = schema.value("required", Json::array());
  for (const Json& name : required) {
    Json without = good;
    without.erase(name.get<std::string>());
    const bool has_default =
        properties.value(name.get<std::string>(), Json::object()).contains("default");
    if (!has_default && refusal_of(subject.descriptor->config_schema, without).empty())
      report.fail("the schema accepts settings without " + name.dump() + ", which it requires");
  }
  for (const auto& [name, rule] : properties.items()) {
    Json wrong = good;
    wrong[name] = Json::array({Json::array()});
    if (refusal_of(subject.descriptor->config_schema, wrong).empty())
      report.fail("the schema accepts a list of lists as \"" + name + "\"; give it a type");
  }
}

}  // namespace

std::vector<Check> entry_checks() {
  return {
      {"entry.opens", Severity::kError, Needs::kLoaded, "A host loads the plugin.",
       "The sentence above says what the host refused; docs/abi.md says what it expects.", opens},
      {"entry.repeatable", Severity::kError, Needs::kLoaded,
       "The entry is fast and always gives the same table.",
       "Return a pointer to static data from " SLUICE_ENTRY_SYMBOL "; compute nothing there.",
       answers_alike},
      {"entry.agrees", Severity::kError, Needs::kLoaded, "Note and entry say the same.",
       "Build all sources of the plugin against one SDK.", agrees_with_note},
      {"entry.described", Severity::kWarning, Needs::kLoaded,
       "Id, version, summary and license are of use to people.",
       "Fill in the fields of the descriptor (sluice::About in C++).", describes_itself},
      {"schema.usable", Severity::kError, Needs::kLoaded,
       "The schema is one, and its defaults and examples satisfy it.",
       "Build it with sluice/schema.hpp; a setting the checks cannot guess needs an example "
       "(\"examples\") or --set.",
       has_usable_schema},
      {"schema.described", Severity::kWarning, Needs::kLoaded, "Every setting says what it does.",
       "Add .describe(\"...\") to the setting.", explains_settings},
      {"schema.strict", Severity::kWarning, Needs::kLoaded,
       "The schema refuses what cannot be meant.",
       "Give each setting a type, and list what cannot be left out as required.", refuses_nonsense},
  };
}

}  // namespace sluice::verify
