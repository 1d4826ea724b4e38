// Folders, names, and what was loaded already.
#include "plugin/registry.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <numeric>
#include <system_error>
#include <utility>

namespace sluice::plugin {
namespace {

constexpr std::string_view kSuffix = ".so";

// Edits between two short names: insert, delete, replace, each 1.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// "; did you mean chunker?", when a name is near enough to be a slip: a third of its letters.
template <class Files>
std::string suggestion(std::string_view name, const Files& files) {
  constexpr std::size_t kMaxName = 64;  // longer ones are no slips, and cost the square of this
  if (name.size() > kMaxName) return "";
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& [known, path] : files) {
    if (known.size() > kMaxName) continue;
    const std::size_t d = distance(name, known);
    if (d < least) least = d, nearest = &known;
  }
  return nearest ? "; did you mean " + *nearest + "?" : "";
}

std::string joined(const std::vector<std::filesystem::path>& folders) {
  std::string text;
  for (const auto& folder : folders) text += (text.empty() ? "" : ", ") + folder.string();
  return text.empty() ? "nowhere: the plugin path is empty" : text;
}

}  // namespace

std::vector<std::filesystem::path> search_path(const std::vector<std::filesystem::path>& configured,
                                               const char* environment,
                                               const std::filesystem::path& executable) {
  std::vector<std::filesystem::path> path;
  const auto add = [&](const std::filesystem::path& folder) {
    auto normal = folder.lexically_normal();
    if (!normal.has_filename() && normal.has_relative_path()) normal = normal.parent_path();
    if (std::find(path.begin(), path.end(), normal) == path.end())
      path.push_back(std::move(normal));
  };
  for (const auto& folder : configured) add(folder);
  std::string_view rest = environment ? environment : "";
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    if (colon > 0) add(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  const auto folder = executable.parent_path();
  add(folder / "plugins");
  add(folder / ".." / "plugins");
  add(folder / ".." / "lib" / "sluice" / "plugins");
  return path;
}

Registry::Registry(Options options, Faults& faults)
    : options_(std::move(options)), faults_(faults) {}

std::map<std::string, std::filesystem::path> Registry::files() const {
  std::map<std::string, std::filesystem::path> found;
  for (const auto& folder : options_.path) {
    std::error_code code;
    std::filesystem::directory_iterator it(folder, code);
    for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
      if (it->path().extension() == kSuffix)
        found.try_emplace(it->path().stem().string(), it->path());
    }
  }
  return found;
}

Result<std::shared_ptr<const Image>> Registry::load_file(const std::filesystem::path& file) {
  LoadOptions load_options{std::nullopt, options_.copies};
  if (const auto pin = options_.pins.find(file.stem().string()); pin != options_.pins.end())
    load_options.pin = pin->second;
  const Stamp stamp = stamp_of(file);
  const auto it = images_.find(file);
  // A pin is compared anew each time: it may be another than when the file was loaded.
  if (it != images_.end() && it->second.stamp == stamp && !load_options.pin) {
    return it->second.image;
  }
  auto image = load(file, load_options, options_.host, faults_);
  if (image) images_.insert_or_assign(file, Loaded{stamp, *image});
  return image;
}

void Registry::look_in(std::vector<std::filesystem::path> path,
                       std::map<std::string, std::string, std::less<>> pins) {
  options_.path = std::move(path);
  options_.pins = std::move(pins);
}

// All zero when there is no such file, which loading it will say.
Registry::Stamp Registry::stamp_of(const std::filesystem::path& file) {
  constexpr int64_t kNsOfSecond = 1'000'000'000;
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size,
          status.st_ctim.tv_sec * kNsOfSecond + status.st_ctim.tv_nsec};
}

Result<std::shared_ptr<const Image>> Registry::find(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos) {
    return Error{Fault::kConfig,
                 "'" + std::string(name) +
                     "' is not the name of a plugin; write the name of its file without"
                     " .so, and add its folder to plugins.path"};
  }
  const std::string file_name = std::string(name) + std::string(kSuffix);
  for (const auto& folder : options_.path) {
    std::error_code ignored;  // what cannot be seen is not there; the message lists the folder
    if (!std::filesystem::exists(folder / file_name, ignored)) continue;
    return load_file(folder / file_name);
  }
  return Error{Fault::kConfig, "no plugin " + std::string(name) + ": there is no " + file_name +
                                   " in " + joined(options_.path) + suggestion(name, files())};
}

std::vector<Registry::Listing> Registry::list() {
  std::vector<Listing> listings;
  for (const auto& [name, path] : files()) listings.push_back({name, path, load_file(path)});
  return listings;
}

}  // namespace sluice::plugin
