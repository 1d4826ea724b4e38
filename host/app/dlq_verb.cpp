// sluice dlq: the pages that a running host gave up.
#include "app/client_host.hpp"
#include "app/client_url.hpp"
#include "app/client_verbs.hpp"
#include "app/dlq_verb_text.hpp"
#include "app/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

constexpr std::uint64_t kAtOnce = 100;  // the most that one list gives

constexpr const char* kDlqFooter = R"(
A page becomes a dead letter when a stage rejects it, or when its retries are used up. It stays one until it
is replayed, which runs it again from the start, or dropped.

Examples:
  sluice dlq ls --stage embed
  sluice dlq show 12
  sluice dlq replay 12 13
  sluice dlq replay --all --stage embed      when the service is back
  sluice dlq drop --all --crawl-id old-crawl)";

struct DlqOptions {
  HostOptions host;
  std::vector<std::uint64_t> ids;
  bool is_all = false;
  std::string stage;
  std::string crawl_id;
  std::uint64_t limit = 20;
  std::uint64_t offset = 0;
};

std::string path_of(std::uint64_t id) { return "/api/dead-letters/" + std::to_string(id); }

std::string list_path(const DlqOptions& options, std::uint64_t limit, std::uint64_t offset) {
  std::string path =
      "/api/dead-letters?limit=" + std::to_string(limit) + "&offset=" + std::to_string(offset);
  if (!options.stage.empty()) path += "&stage=" + percent_encoded(options.stage, "-_");
  if (!options.crawl_id.empty()) path += "&crawl_id=" + percent_encoded(options.crawl_id, "-_");
  return path;
}

int print(const HostOptions& options, const Result<Answer>& answer,
          std::string (*text)(const nlohmann::json&, const Terminal&)) {
  if (!answer) return fail_with(answer.error());
  if (options.is_json()) {
    std::printf("%s\n", answer->text.c_str());
  } else {
    std::fputs(text(answer->json, terminal_of(STDOUT_FILENO)).c_str(), stdout);
  }
  return 0;
}

// The ids that were named, or those that the filters leave of all. What fails meanwhile is not
// among them.
Result<std::vector<std::uint64_t>> chosen(RemoteHost& host, const DlqOptions& options) {
  std::vector<std::uint64_t> ids = options.ids;
  if (!options.is_all) return ids;
  for (std::uint64_t offset = 0;; offset += kAtOnce) {
    const auto page = host.get(list_path(options, kAtOnce, offset));
    if (!page) return page.error();
    const auto& items = part_at(page->json, "items");
    for (const auto& item : items) ids.push_back(count_at(item, "id"));
    if (items.size() < kAtOnce) return ids;
  }
}

enum class Deed : uint8_t { kReplay, kDrop };

int act(const DlqOptions& options, Deed deed) {
  auto address = RemoteHost::check(options.host);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  if (options.ids.empty() && !options.is_all) {
    complain("name the ids of dead letters (sluice dlq ls shows them), or say --all");
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.host.token);
  const auto ids = chosen(host, options);
  if (!ids) return fail_with(ids.error());
  auto answers = nlohmann::json::array();
  int exit_code = 0;
  for (const std::uint64_t id : *ids) {
    const auto answer =
        deed == Deed::kReplay ? host.post(path_of(id) + "/replay", "{}") : host.remove(path_of(id));
    if (!answer) {
      complain("dead letter " + std::to_string(id) + ": " + answer.error().message);
      exit_code = kExitFailed;
      continue;
    }
    answers.push_back(answer->json);
    if (options.host.is_json()) continue;
    std::printf("%llu %s\n", static_cast<unsigned long long>(id),
                text_at(answer->json, "status").c_str());
  }
  if (options.host.is_json()) std::printf("%s\n", answers.dump().c_str());
  if (ids->empty() && !options.host.is_json()) std::printf("no dead letter\n");
  return exit_code;
}

int look(const DlqOptions& options, bool is_list) {
  auto address = RemoteHost::check(options.host);
  if (!address) {
    complain(address.error().message);
    return kExitUsage;
  }
  RemoteHost host(std::move(address).value(), options.host.token);
  if (is_list) {
    return print(options.host, host.get(list_path(options, options.limit, options.offset)),
                 &dead_letters_text);
  }
  return print(options.host, host.get(path_of(options.ids.front())), &dead_letter_text);
}

void add_filters(CLI::App& verb, DlqOptions& options) {
  verb.add_option("--stage", options.stage, "Only of this stage");
  verb.add_option("--crawl-id", options.crawl_id, "Only of this crawl");
}

void add_deed(CLI::App& dlq, const char* name, const char* help, Deed deed, int& exit_code) {
  auto options = std::make_shared<DlqOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = dlq.add_subcommand(name, help);
  verb->add_option("ID", options->ids, "Dead letters, as `sluice dlq ls` numbers them");
  verb->add_flag("--all", options->is_all, "All of them, or all that the filters leave");
  add_filters(*verb, *options);
  add_url_option(*verb, options->host);
  add_token_and_output(*verb, options->host);
  verb->callback([options, deed, &exit_code] { exit_code = act(*options, deed); });
}

}  // namespace

void add_dlq(CLI::App& app, int& exit_code) {
  CLI::App* dlq = app.add_subcommand("dlq", "List, show, replay or drop pages that were given up");
  dlq->footer(kDlqFooter);
  dlq->require_subcommand(1);

  auto list = std::make_shared<DlqOptions>();
  CLI::App* ls = dlq->add_subcommand("ls", "List them, newest first");
  add_filters(*ls, *list);
  ls->add_option("--limit", list->limit, "How many")
      ->check(CLI::Range(std::uint64_t{1}, kAtOnce))
      ->capture_default_str();
  ls->add_option("--offset", list->offset, "How many to pass over")->capture_default_str();
  add_url_option(*ls, list->host);
  add_token_and_output(*ls, list->host);
  ls->callback([list, &exit_code] { exit_code = look(*list, true); });

  auto one = std::make_shared<DlqOptions>();
  CLI::App* show = dlq->add_subcommand("show", "Show one, with its page");
  show->add_option("ID", one->ids, "As `sluice dlq ls` numbers it")->required()->expected(1);
  add_url_option(*show, one->host);
  add_token_and_output(*show, one->host);
  show->callback([one, &exit_code] { exit_code = look(*one, false); });

  add_deed(*dlq, "replay", "Run them again from the start", Deed::kReplay, exit_code);
  add_deed(*dlq, "drop", "Forget them", Deed::kDrop, exit_code);
}

}  // namespace sluice::app
