// sluice search: asks a running host and prints what it found.
#include "app/choice.hpp"
#include "app/client_host.hpp"
#include "app/client_verbs.hpp"
#include "app/search_verb_text.hpp"
#include "app/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace sluice::app {
namespace {

constexpr const char* kSearchFooter = R"(
Modes: keyword finds the words, semantic finds what is meant, hybrid joins both.

Examples:
  sluice search "how do retries work"
  sluice search --mode keyword --limit 3 journal
  sluice search --domain docs.example.com --language de "Daten sichern"
  sluice search --output json journal)";

struct SearchOptions {
  HostOptions host;
  std::string query;
  std::string mode = "hybrid";
  std::uint64_t limit = 10;
  std::uint64_t offset = 0;
  std::string domain;
  std::string language;
  std::string country;
  std::string crawl_id;
  bool is_mobile = false;
};

std::string body_of(const SearchOptions& options) {
  nlohmann::json filters = nlohmann::json::object();
  if (!options.domain.empty()) filters["domain"] = options.domain;
  if (!options.language.empty()) filters["language"] = options.language;
  if (!options.country.empty()) filters["country"] = options.country;
  if (!options.crawl_id.empty()) filters["crawl_id"] = options.crawl_id;
  if (options.is_mobile) filters["isMobile"] = true;
  nlohmann::json body = {{"query", options.query},
                         {"mode", options.mode},
                         {"limit", options.limit},
                         {"offset", options.offset}};
  if (!filters.empty()) body["filters"] = std::move(filters);
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

int search(const SearchOptions& options) {
  auto address = RemoteHost::check(options.host);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.host.token);
  const auto answer = host.post("/api/search", body_of(options));
  if (!answer) return fail_with(answer.error());
  if (options.host.is_json()) {
    std::printf("%s\n", answer->text.c_str());
  } else {
    const std::string text = search_text(answer->json, options.offset, terminal_of(STDOUT_FILENO));
    std::fputs(text.c_str(), stdout);
  }
  return 0;
}

}  // namespace

void add_search(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SearchOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = app.add_subcommand("search", "Ask a running host");
  verb->footer(kSearchFooter);
  verb->add_option("QUERY", options->query, "What to look for")->required();
  add_choice(*verb,
             {"--mode",
              {"hybrid", "semantic", "keyword", "bm25"},
              options->mode,
              "By words, by meaning, or by both; bm25 is keyword"},
             [options](const std::string& word) { options->mode = word; });
  verb->add_option("--limit", options->limit, "Results to show")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb->add_option("--offset", options->offset, "Results to pass over")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  verb->add_option("--domain", options->domain, "Only pages of this domain");
  verb->add_option("--language", options->language, "Only pages in this language, such as en");
  verb->add_option("--country", options->country, "Only pages for this country, such as DE");
  verb->add_option("--crawl-id", options->crawl_id, "Only pages of this crawl");
  verb->add_flag("--mobile", options->is_mobile, "Only pages scraped as on a phone");
  add_url_option(*verb, options->host);
  add_token_and_output(*verb, options->host);
  verb->callback([options, &exit_code] { exit_code = search(*options); });
}

}  // namespace sluice::app
