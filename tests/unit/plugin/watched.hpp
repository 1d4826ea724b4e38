// What the tests of host/plugin share: Faults whose log and counters can be looked at, and a folder
// that is gone afterwards.
#pragma once

#include "plugin/call.hpp"
#include "plugin/image.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::plugin {

// Without the time and level in front, which no test here is about.
struct Watched {
  std::vector<std::string> lines;
  observe::Log log{
      {observe::Level::kDebug, observe::Log::Format::kText, [this](std::string_view line) {
         constexpr std::size_t kTime = 25;  // and the blank behind it
         lines.emplace_back(line.substr(kTime));
       }}};
  observe::Metrics metrics;
  Faults faults{metrics, log};

  double count(const std::string& plugin, const std::string& kind) {
    return metrics.counter("sluice_plugin_faults_total", "", {{"plugin", plugin}, {"kind", kind}})
        .value();
  }
};

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-plugin-XXXXXX").string();
    path_ = mkdtemp(name.data());  // 0700
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The test plugin `name` in here under `as`, with safe permissions whatever the umask.
  std::filesystem::path take(const std::string& name, const std::string& as) const {
    const auto file = path_ / (as + ".so");
    std::filesystem::copy_file(std::filesystem::path(SLUICE_TEST_PLUGINS) / (name + ".so"), file);
    std::filesystem::permissions(file, std::filesystem::perms(0755));
    return file;
  }
  std::filesystem::path take(const std::string& name) const { return take(name, name); }

 private:
  std::filesystem::path path_;
};

inline HostOffer offer() { return {"0.1.0", {"sluice.log/1", "sluice.timer/1"}}; }

}  // namespace sluice::plugin
