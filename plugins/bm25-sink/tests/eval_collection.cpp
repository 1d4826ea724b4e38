// Ranks the queries of a test collection with the keyword index, for scoring with standard tools:
// bm25_eval_collection FOLDER [--queries FILE] [--cut TOKENS] [--language TAG] [--no-stemming]
// reads FOLDER/docs.jsonl {id, title, text} and the queries {id, text}, and writes a line
// "query-id <tab> document-id <tab> score" for each of the best 100 documents.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "index/keyword_index.hpp"
#include "index/unicode.hpp"

namespace {

struct Options {
  std::filesystem::path folder;
  std::string queries = "queries.jsonl";
  std::string language;        // of the documents; empty: untagged
  std::size_t cut_tokens = 0;  // 0: a document is one chunk
  bm25::Settings settings;
};

Options parse(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (name == "--queries") {
      out.queries = value();
    } else if (name == "--cut") {
      out.cut_tokens = std::strtoul(value().c_str(), nullptr, 10);
    } else if (name == "--language") {
      out.language = value();
    } else if (name == "--no-stemming") {
      out.settings.analyzer.stemming = false;
    } else if (name == "--k1") {
      out.settings.bm25.k1 = std::strtod(value().c_str(), nullptr);
    } else if (name == "--b") {
      out.settings.bm25.b = std::strtod(value().c_str(), nullptr);
    } else {
      out.folder = name;
    }
  }
  return out;
}

std::vector<nlohmann::json> read_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<nlohmann::json> out;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) out.push_back(nlohmann::json::parse(line));
  }
  return out;
}

// Cuts between words at about `tokens` tokens of four bytes, a fifth of them repeated in the next.
std::vector<std::string> cut(const std::string& text, std::size_t tokens) {
  if (tokens == 0) return {text};
  const std::size_t length = tokens * 4;
  const std::size_t step = length - length / 5;
  std::vector<std::string> out;
  for (std::size_t at = 0; at == 0 || at < text.size();) {
    const auto piece = bm25::utf8_prefix(std::string_view(text).substr(at), length);
    const bool is_last = at + piece.size() >= text.size();
    const std::size_t space = is_last ? std::string_view::npos : piece.rfind(' ');
    out.emplace_back(piece.substr(0, space));
    if (is_last) break;
    const std::size_t next = text.find(' ', at + step);
    const bool near = next != std::string::npos && next < at + length;
    at = near ? next : at + bm25::utf8_prefix(std::string_view(text).substr(at), step).size();
  }
  return out;
}

void run(const Options& options, const std::filesystem::path& scratch) {
  bm25::KeywordIndex index(scratch, options.settings);
  std::vector<bm25::Write> batch;
  const auto flush = [&] {
    if (const auto failure = index.write(batch)) throw std::runtime_error(failure->message);
    batch.clear();
  };
  for (const auto& document : read_lines(options.folder / "docs.jsonl")) {
    std::uint32_t ordinal = 0;
    for (std::string& text : cut(document.value("text", ""), options.cut_tokens)) {
      bm25::Write write;
      write.chunk.document = document.at("id").get<std::string>();
      write.chunk.ordinal = ordinal++;
      write.chunk.title = document.value("title", "");
      write.chunk.attributes.language = options.language;
      write.chunk.text = std::move(text);
      batch.push_back(std::move(write));
    }
    if (batch.size() >= 80) flush();
  }
  flush();
  for (const auto& query : read_lines(options.folder / options.queries)) {
    const auto text = query.at("text").get<std::string>();
    for (const auto& hit : index.search({.query = text, .filter = {}, .limit = 100}).hits) {
      std::cout << query.at("id").get<std::string>() << '\t' << hit.chunk.document << '\t'
                << hit.score << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const auto scratch =
      std::filesystem::temp_directory_path() / ("bm25-eval-" + std::to_string(::getpid()));
  int status = EXIT_SUCCESS;
  try {
    run(options, scratch);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    status = EXIT_FAILURE;
  }
  std::filesystem::remove_all(scratch);
  return status;
}
