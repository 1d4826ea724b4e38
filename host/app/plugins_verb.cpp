// sluice plugins and sluice inspect: what a plugin says about itself.
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "plugin/elf_note.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <utility>

namespace sluice::app {
namespace {

std::unique_ptr<Workbench> workbench(const std::vector<std::filesystem::path>& path) {
  Workbench::Options options;
  options.log.level = observe::Level::kError;
  options.plugins.path = plugin_path(absolute_folders(path));
  options.plugins.copies = scratch_folder();
  options.plugins.host = host_offer();
  return std::make_unique<Workbench>(std::move(options));
}

std::vector<std::string> list_of(const char* const* names) {
  std::vector<std::string> list;
  for (; names && *names; ++names) list.emplace_back(*names);
  return list;
}

nlohmann::json describe(const sluice_descriptor& descriptor) {
  return {{"id", descriptor.id},
          {"version", descriptor.version},
          {"summary", descriptor.summary},
          {"license", descriptor.license},
          {"roles", list_of(descriptor.roles)},
          {"needs", list_of(descriptor.needs)},
          {"settings", nlohmann::json::parse(descriptor.config_schema, nullptr, false)}};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

void print_settings(const nlohmann::json& schema) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || properties->empty()) {
    std::cout << "  settings:  none\n";
    return;
  }
  std::cout << "  settings:\n";
  for (const auto& [name, field] : properties->items()) {
    std::cout << "    " << std::left << std::setw(18) << name;
    if (field.contains("default")) std::cout << " [" << field["default"].dump() << ']';
    if (field.contains("description")) std::cout << "  " << field["description"].get<std::string>();
    std::cout << '\n';
  }
}

}  // namespace

int plugins(const std::vector<std::filesystem::path>& path, Output output) {
  const auto bench = workbench(path);
  auto list = nlohmann::json::array();
  for (const auto& found : bench->registry.list()) {
    nlohmann::json one = {{"name", found.name}, {"path", found.path.string()}};
    if (found.image) {
      one.update(describe(*(*found.image)->descriptors().front()));
      one.erase("settings");
    } else {
      one["problem"] = found.image.error().message;
    }
    list.push_back(std::move(one));
  }
  if (output == Output::kJson) {
    std::cout << list.dump(2) << '\n';
    return kFine;
  }
  for (const auto& one : list) {
    std::cout << std::left << std::setw(20) << one["name"].get<std::string>() << ' ';
    if (one.contains("problem")) {
      std::cout << "cannot be used: " << one["problem"].get<std::string>() << '\n';
    } else {
      std::cout << std::setw(8) << one["version"].get<std::string>()
                << one["summary"].get<std::string>() << '\n';
    }
  }
  if (list.empty())
    std::cout << "No plugin found. Say where they are with --path or SLUICE_PLUGIN_PATH.\n";
  return kFine;
}

int inspect(const InspectOptions& options) {
  const auto facts = plugin::read_elf(options.file);
  if (!facts) {
    std::cerr << "sluice: " << facts.error().message << '\n';
    return kFailed;
  }
  const auto note = plugin::usable_note(*facts, options.file.filename().string());
  nlohmann::json out = {{"file", options.file.string()},
                        {"machine", facts->machine},
                        {"exports", facts->exports},
                        {"needs_libraries", facts->needed}};
  std::vector<std::string> problems;
  if (note) {
    out["id"] = note->id;
    out["abi"] = std::to_string(note->abi_major) + "." + std::to_string(note->abi_minor);
  } else {
    problems.push_back(note.error().message);
  }
  if (facts->exports.size() > 1) {
    problems.push_back("it exports " + std::to_string(facts->exports.size()) +
                       " symbols instead of one; build it with sluice_add_plugin()");
  }
  if (options.loads && note) {
    const auto bench = workbench({});
    const auto image = bench->registry.load_file(std::filesystem::absolute(options.file));
    if (image) {
      out["sha256"] = (*image)->sha256();
      out["toolchain"] = (*image)->table().toolchain;
      for (const auto* descriptor : (*image)->descriptors())
        out["components"].push_back(describe(*descriptor));
    } else {
      problems.push_back(image.error().message);
    }
  }
  if (!problems.empty()) out["problems"] = problems;
  if (options.output == Output::kJson) {
    std::cout << out.dump(2) << '\n';
  } else {
    std::cout << options.file.filename().string() << '\n'
              << "  id:        " << out.value("id", "unknown") << '\n'
              << "  abi:       " << out.value("abi", "unknown") << '\n'
              << "  exports:   " << joined(facts->exports) << '\n'
              << "  libraries: " << joined(facts->needed) << '\n';
    for (const auto& component : out.value("components", nlohmann::json::array())) {
      std::cout << "  component: " << component["id"].get<std::string>() << ' '
                << component["version"].get<std::string>() << ", "
                << component["summary"].get<std::string>() << '\n'
                << "  roles:     " << joined(component["roles"].get<std::vector<std::string>>())
                << '\n'
                << "  needs:     " << joined(component["needs"].get<std::vector<std::string>>())
                << '\n';
      print_settings(component["settings"]);
    }
    for (const auto& problem : problems) std::cout << "  problem:   " << problem << '\n';
    if (!options.loads)
      std::cout << "Nothing of it was run; --load also shows components and settings.\n";
  }
  return problems.empty() ? kFine : kFailed;
}

}  // namespace sluice::app
