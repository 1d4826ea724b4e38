// Registry: from the name of a plugin to its image, by a list of folders.
#pragma once

#include "base/result.hpp"
#include "plugin/call.hpp"
#include "plugin/image.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::plugin {

// Where plugins are looked for, in order: what the pipeline file says, what SLUICE_PLUGIN_PATH says
// (colons between folders; null or empty: nothing), then next to the executable: in its folder's
// plugins/, in ../plugins (a build tree) and in ../lib/sluice/plugins (an install tree).
std::vector<std::filesystem::path> search_path(const std::vector<std::filesystem::path>& configured,
                                               const char* environment,
                                               const std::filesystem::path& executable);

// One thread at a time. Images stay loaded for the life of the process, also past the registry's.
class Registry final {
 public:
  struct Options {
    std::vector<std::filesystem::path> path;               // as search_path makes it
    std::map<std::string, std::string, std::less<>> pins;  // plugin name to "sha256:..."
    std::filesystem::path copies;                          // as LoadOptions::copies
    HostOffer host;
  };
  // `faults` outlives the registry.
  Registry(Options options, Faults& faults);

  // The image of the first <name>.so on the path, loaded when it is not yet. The Error names the
  // folders that were searched and the nearest name there is.
  Result<std::shared_ptr<const Image>> find(std::string_view name);

  // As find, of a file by its absolute path: for `sluice inspect`.
  Result<std::shared_ptr<const Image>> load_file(const std::filesystem::path& file);

  // Every plugin on the path, sorted by name, loaded when it is not yet; one that cannot be used
  // carries the reason.
  struct Listing {
    std::string name;
    std::filesystem::path path;
    Result<std::shared_ptr<const Image>> image;
  };
  std::vector<Listing> list();

 private:
  std::map<std::string, std::filesystem::path> files() const;  // first of each name on the path

  Options options_;
  Faults& faults_;
  std::map<std::filesystem::path, std::shared_ptr<const Image>> images_;  // by the file's path
};

}  // namespace sluice::plugin
