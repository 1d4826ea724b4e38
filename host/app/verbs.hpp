// The verbs that read a pipeline file or a plugin, as functions from options to an exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::app {

// Exit codes, as sysexits.h has the last two.
inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kTryAgain = 75;
inline constexpr int kBadConfig = 78;

enum class Output : uint8_t { kText, kJson };

struct FileOptions {
  std::filesystem::path file;
  std::vector<std::string> overrides;  // --set path=value
  Output output = Output::kText;
};

struct RunOptions : FileOptions {
  std::filesystem::path ready_file;  // empty: none
  std::string log_level = "info";
  Output log_format = Output::kText;
};
int run(const RunOptions& options);

struct CheckOptions {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> overrides;
  Output output = Output::kText;
  bool reaches_services = false;  // --probe
};
int check(const CheckOptions& options);

int explain(const FileOptions& options);

enum class Drawing : uint8_t { kMermaid, kDot };
int graph(const FileOptions& options, Drawing drawing);

int plugins(const std::vector<std::filesystem::path>& path, Output output);

struct InspectOptions {
  std::filesystem::path file;
  Output output = Output::kText;
  bool loads = false;  // --load: runs the plugin's code, for descriptors and settings
};
int inspect(const InspectOptions& options);

struct VerifyOptions {
  std::filesystem::path file;
  std::string only;                    // --only: a regular expression of ids
  std::vector<std::string> overrides;  // --set key=value, of the plugin's settings
  uint64_t seed = 1;
  uint32_t walks = 1000;
  uint32_t patience = 1;
  std::filesystem::path junit;  // --junit: empty: none
  Output output = Output::kText;
  bool is_in_process = false;
  bool lists = false;  // --list: the checks there are, and nothing is tried
};
int verify(const VerifyOptions& options);

// Of the pipeline file with the settings of every plugin found: for editors, or as Markdown.
enum class SchemaForm : uint8_t { kJson, kMarkdown };
int schema(const std::vector<std::filesystem::path>& path, SchemaForm form);

}  // namespace sluice::app
