// Input that nobody means well, made by code: class by class what JSON, text and Markdown can be
// trouble with. Beside it, whatever a folder named by SLUICE_DATA has of the same.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluice::testing {

struct OddJson {
  enum class Verdict { kJson, kNotJson, kEither };

  std::string name;
  std::string text;
  Verdict verdict = Verdict::kEither;
};

// Bodies; `name` says what is odd about each.
std::vector<OddJson> odd_json();
// Texts in UTF-8.
std::vector<std::string> odd_strings();
// Pages; some take megabytes.
std::vector<std::string> odd_markdown();
// Events of a crawl that are JSON, but not such as anybody sends: each member of a good one in
// every type.
std::vector<nlohmann::json> odd_events();

// The same from files. None where SLUICE_DATA is not set.
//   inputs/json/JSONTestSuite/{y,n,i}_*.json, inputs/strings/blns.json,
//   inputs/markdown/commonmark.jsonl, {pages,recrawl}/*.jsonl
std::optional<std::filesystem::path> data_folder();
std::vector<OddJson> json_files(const std::filesystem::path& folder);
std::vector<std::string> string_file(const std::filesystem::path& folder);
std::vector<std::string> markdown_file(const std::filesystem::path& folder);
// File by file, as Firecrawl's documents: {markdown, metadata}.
std::vector<std::vector<nlohmann::json>> page_files(const std::filesystem::path& folder);

// Everything but letters and digits as %XX.
std::string percent_encoded(const std::string& text);

}  // namespace sluice::testing
