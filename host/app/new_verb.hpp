// sluice new: a small complete project for a plugin, from the templates of the SDK.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::app {

struct NewOptions {
  std::string kind;                 // the name of a template: source, transform, ...
  std::string name;                 // of the plugin, and of the folder that is made
  std::filesystem::path parent;     // where the folder is made; empty: here
  std::filesystem::path templates;  // empty: where the SDK is installed, or the build tree
};

// Where templates are looked for, in order: next to the executable, then where the SDK is usually
// installed. `home` may be null.
std::vector<std::filesystem::path> template_folders(const std::filesystem::path& executable,
                                                    const char* home);

// Makes the project; its folder. `folders`: as template_folders makes them.
Result<std::filesystem::path> make_project(const NewOptions& options,
                                           const std::vector<std::filesystem::path>& folders);

// The verb.
int new_project(const NewOptions& options);

}  // namespace sluice::app
