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

  // Path and pins, from now on.
  void look_in(std::vector<std::filesystem::path> path,
               std::map<std::string, std::string, std::less<>> pins);

  // The image of the first <name>.so on the path, loaded when it is not yet, or when the file is
  // another than it was. The Error names the folders that were searched and the nearest name there
  // is.
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
  // A file that was written again has another inode, size or time.
  struct Stamp {
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Loaded {
    Stamp stamp;
    std::shared_ptr<const Image> image;
  };

  static Stamp stamp_of(const std::filesystem::path& file);
  std::map<std::string, std::filesystem::path> files() const;  // first of each name on the path

  Options options_;
  Faults& faults_;
  std::map<std::filesystem::path, Loaded> images_;  // by the file's path
};

}  // namespace sluice::plugin
