// template-name: pushes every Markdown file below a folder, once, and then has ended.
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace {

constexpr auto kSettings =
    sluice::object(sluice::text("folder").otherwise(".").describe("Where the Markdown files are."),
                   sluice::text("site")
                       .otherwise("https://files.example/")
                       .describe("Put in front of a file's path to make the address of the page."));

// How long a push waits for room before the source looks whether it is to end.
constexpr uint32_t kWaitMs = 100;

std::vector<std::filesystem::path> markdown_below(const std::filesystem::path& folder,
                                                  std::error_code& failed) {
  std::vector<std::filesystem::path> found;
  std::filesystem::recursive_directory_iterator it(folder, failed);
  for (; !failed && it != std::filesystem::recursive_directory_iterator(); it.increment(failed))
    if (it->is_regular_file() && it->path().extension() == ".md") found.push_back(it->path());
  std::sort(found.begin(), found.end());
  return found;
}

class TemplateName final : public sluice::Component, public sluice::Source {
 public:
  sluice::Status configure(sluice::Config config) override {
    folder_ = std::string(config.text("/folder"));
    site_ = config.text("/site");
    pushed_ = {host(), SLUICE_COUNTER, "template_name_files_total", "Files pushed"};
    return {};
  }

  // On a thread of its own, after start.
  sluice::Status run() override {
    std::error_code failed;
    const auto files = markdown_below(folder_, failed);
    if (failed)
      return {SLUICE_E_FATAL, "cannot read " + folder_.string() + ": " + failed.message()};
    for (const auto& file : files)
      if (sluice::Status status = push(file); !status) return status;
    host().emit()->finished(host().raw());
    return {};
  }

  // Nothing is pushed after this has returned; a push that waits gives up within kWaitMs.
  sluice::Status drain() override {
    is_draining_ = true;
    return {};
  }

 private:
  sluice::Status push(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    const std::string url = site_ + file.lexically_relative(folder_).generic_string();
    sluice::OwnedRecord record(host(), url, text.str());
    record.view().set_meta("url", sluice::text_value(url));
    record.view().set_meta("title", sluice::text_value(file.stem().string()));
    while (!is_draining_) {
      const sluice_status pushed = host().emit()->push(host().raw(), record.raw(), 0, kWaitMs);
      if (pushed == SLUICE_OK) {
        (void)record.release();  // the host has it now
        pushed_.add();
        return {};
      }
      if (pushed != SLUICE_E_AGAIN) return {pushed, "the pipeline takes no more"};
    }
    return {SLUICE_E_STOPPING, "the pipeline ends"};
  }

  std::filesystem::path folder_;
  std::string site_;
  sluice::Metric pushed_;
  std::atomic<bool> is_draining_{false};  // set by [control], read by the source's own thread
};

constexpr sluice_descriptor kTemplateName =
    sluice::component<TemplateName>({.id = "org.example.template-name",
                                     .version = "0.1.0",
                                     .summary = "Pushes the Markdown files of a folder",
                                     .config_schema = kSettings.c_str(),
                                     .license = "MIT"});

}  // namespace

SLUICE_PLUGIN("org.example.template-name", &kTemplateName)
