// Odd inputs from the folder that SLUICE_DATA names. What is not there gives an exception: a wrong
// folder must not look like a good run.
#include "support/odd_inputs.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace sluice::testing {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::vector<json> lines_of(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("SLUICE_DATA has no " + file.string());
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::optional<fs::path> data_folder() {
  const char* const folder = std::getenv("SLUICE_DATA");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return fs::path(folder);
}

std::vector<OddJson> json_files(const fs::path& folder) {
  std::vector<OddJson> files;
  for (const auto& file : files_in(folder / "inputs/json/JSONTestSuite")) {
    const std::string name = file.filename().string();
    const auto verdict = name.starts_with("y_")   ? OddJson::Verdict::kJson
                         : name.starts_with("n_") ? OddJson::Verdict::kNotJson
                                                  : OddJson::Verdict::kEither;
    files.push_back({name, read_file(file), verdict});
  }
  return files;
}

std::vector<std::string> string_file(const fs::path& folder) {
  return json::parse(read_file(folder / "inputs/strings/blns.json"));
}

std::vector<std::string> markdown_file(const fs::path& folder) {
  std::vector<std::string> pages;
  for (const json& example : lines_of(folder / "inputs/markdown/commonmark.jsonl")) {
    pages.push_back(example.at("markdown"));
  }
  return pages;
}

std::vector<std::vector<json>> page_files(const fs::path& folder) {
  std::vector<std::vector<json>> sites;
  for (const char* part : {"pages", "recrawl"}) {
    for (const auto& file : files_in(folder / part)) {
      auto& pages = sites.emplace_back(lines_of(file));
      for (json& page : pages) page.erase("_source");
    }
  }
  return sites;
}

}  // namespace sluice::testing
