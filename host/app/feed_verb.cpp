// sluice feed: pages from files to a webhook, as a crawl of Firecrawl would bring them.
#include "app/choice.hpp"
#include "app/client_host.hpp"
#include "app/client_url.hpp"
#include "app/client_verbs.hpp"
#include "app/feed_delivery.hpp"
#include "app/feed_events.hpp"
#include "app/feed_pages.hpp"
#include "app/feed_run.hpp"
#include "app/feed_summary.hpp"
#include "app/progress.hpp"
#include "app/terminal.hpp"
#include "app/terminal_numbers.hpp"
#include "base/uuid.hpp"
#include "config/units.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPollEvery{100};
constexpr const char* kWebhookPath = "/api/webhook/firecrawl";

constexpr const char* kFeedFooter = R"(
PATH is a folder of Markdown (*.md and *.mdx at any depth), a Markdown file, or a *.jsonl file with a
page on each line: {"markdown": "...", "metadata": {"url": "...", "title": "..."}}. The URL of a file
is --site and its path in the folder, without the ending; README and index stand for the folder.

Examples:
  sluice feed http://127.0.0.1:8080 docs/
  sluice feed http://127.0.0.1:8080 docs/ --site https://docs.example.com/ --secret "$SECRET" --wait
  sluice feed http://127.0.0.1:8080 pages.jsonl --rate 20 --generation v1
  sluice feed https://host.example/api/webhook/firecrawl pages.jsonl --output json)";

struct FeedOptions {
  HostOptions host;  // its url is what URL says
  std::vector<std::string> paths;
  std::string site = "https://feed.example/";
  std::string secret;
  std::string generation = "v2";
  std::string crawl_id;
  FeedPace pace;
  std::string patience = "5m";
  std::string wait;
  bool is_waiting = false;
  bool is_left_open = false;
};

std::string check_duration(const std::string& text) {
  if (config::parse_duration(text, "s")) return {};
  return "\"" + text + "\" is not a duration; write 500ms, 60s or 5m";
}

std::string check_rate(const std::string& text) {
  const auto is_rate = [&] {
    char* end = nullptr;
    const double rate = std::strtod(text.c_str(), &end);
    return end == text.c_str() + text.size() && (rate == 0 || (rate >= 0.001 && rate <= 1e6));
  };
  return is_rate() ? std::string()
                   : "has to be 0 (no limit) or from 0.001 to 1000000 pages a second";
}

std::string check_web_address(const std::string& text) {
  auto address = address_of(text);
  return address ? std::string() : address.error().message;
}

// The feed of one call of the verb.
class Feed {
 public:
  Feed(const FeedOptions& options, HostAddress address, FeedPages pages)
      : options_(options),
        address_(std::move(address)),
        pages_(std::move(pages)),
        crawl_id_(options.crawl_id.empty() ? random_uuid() : options.crawl_id),
        events_(*generation_of(options.generation), crawl_id_),
        loop_(1),
        client_(loop_, {.max_per_origin = options.pace.parallel}),
        sender_(client_, {.url = webhook(),
                          .secret = options.secret,
                          .patience = *config::parse_duration(options.patience, "s")}) {}

  int run();

 private:
  std::string webhook() const;
  bool send_whole(const std::string& body, const char* what);
  bool await(FeedSummary& summary);
  void report(const FeedTally& tally) const;

  const FeedOptions& options_;
  const HostAddress address_;
  FeedPages pages_;
  const std::string crawl_id_;
  const CrawlEvents events_;
  net::EventLoop loop_;
  net::Client client_;
  const WebhookSender sender_;
};

std::string Feed::webhook() const {
  const bool is_base = address_.target == "/" || address_.target.starts_with("/?");
  return address_.base + (is_base ? kWebhookPath : address_.target);
}

// An event about the crawl itself: without it there is no use in going on.
bool Feed::send_whole(const std::string& body, const char* what) {
  const Delivered delivered = sender_.send(body, {});
  if (delivered.outcome == Outcome::kAccepted || delivered.outcome == Outcome::kSkipped)
    return true;
  complain(std::string(what) + " did not get through: " + delivered.detail);
  return false;
}

int Feed::run() {
  const auto start = std::chrono::steady_clock::now();
  const Delivered hello = sender_.try_send(events_.started());
  if (hello.outcome == Outcome::kLost) {
    complain("no host answers at " + address_.base + " (" + hello.detail +
             "); start one with \"sluice run FILE\", or name another as URL");
    return kExitFailed;
  }
  const bool is_refused = hello.outcome == Outcome::kFailed;
  if (is_refused ||
      (hello.outcome == Outcome::kBusy && !send_whole(events_.started(), "crawl.started"))) {
    if (is_refused) complain(webhook() + " does not take the crawl: " + hello.detail);
    return kExitFailed;
  }

  FeedRun run(pages_, events_, sender_, options_.pace);
  FeedSummary summary;
  {
    const std::uint64_t limit = options_.pace.limit;
    ProgressBar bar("feeding", limit > 0 ? std::min(limit, pages_.expected()) : pages_.expected());
    summary.tally = run.run([&](std::uint64_t done) { bar.show(done); });
  }
  bool is_fine = summary.tally.is_clean();
  report(summary.tally);
  if (summary.tally.broken_off.empty() && !options_.is_left_open) {
    is_fine = send_whole(events_.completed(run.kept()), "crawl.completed") && is_fine;
  }
  summary.time = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  summary.crawl_id = crawl_id_;
  if (options_.is_waiting && summary.tally.broken_off.empty()) is_fine = await(summary) && is_fine;
  if (options_.host.is_json()) {
    std::printf("%s\n", summary_json(summary).c_str());
  } else {
    std::fputs(summary_text(summary, terminal_of(STDOUT_FILENO).width).c_str(), stdout);
  }
  return is_fine ? 0 : kExitFailed;
}

void Feed::report(const FeedTally& tally) const {
  for (const std::string& complaint : tally.complaints) complain(complaint);
  const std::uint64_t all = tally.failed + tally.unreadable;
  if (all > tally.complaints.size()) {
    complain("and " + counted(all - tally.complaints.size(), "page") + " more of that kind");
  }
  if (!tally.broken_off.empty()) {
    complain("the host at " + address_.base + " is gone (" + tally.broken_off +
             "); the rest was not sent. Feed again once it runs: what it has already is skipped");
  }
}

// Until the ledger says that the crawl is done.
bool Feed::await(FeedSummary& summary) {
  RemoteHost host(address_, options_.host.token);
  const std::string path = "/api/crawls/" + percent_encoded(crawl_id_, "-_");
  const milliseconds wait = *config::parse_duration(options_.wait, "s");
  const auto give_up = std::chrono::steady_clock::now() + wait;
  ProgressBar bar("indexing", summary.tally.accepted);
  for (;;) {
    auto answer = host.get(path);
    if (answer) {
      summary.crawl = std::move(answer->json);
      const std::uint64_t received = count_at(summary.crawl, "received");
      bar.show(received - std::min(received, count_at(summary.crawl, "pending")));
      if (text_at(summary.crawl, "state") == "done") break;
    } else if (answer.error().fault != Fault::kNotFound) {
      complain("the crawl cannot be watched: " + answer.error().message);
      return false;
    }
    if (std::chrono::steady_clock::now() + kPollEvery > give_up) {
      complain("the crawl is not done after " + config::format_duration(wait) +
               "; watch it with \"sluice crawls " + crawl_id_ + "\"");
      return false;
    }
    pause(kPollEvery, {});
  }
  const std::uint64_t failed = count_at(summary.crawl, "failed");
  if (failed > 0) complain(counted(failed, "page") + " failed in the pipeline");
  return failed == 0;
}

int feed(const FeedOptions& options) {
  auto address = address_of(options.host.url);
  if (!address) {
    complain(std::move(address).error().in("URL").message);
    return kExitUsage;
  }
  auto pages = FeedPages::open(options.paths, options.site);
  if (!pages) {
    complain(pages.error().message);
    return pages.error().fault == Fault::kIo ? kExitFailed : kExitUsage;
  }
  return Feed(options, std::move(address).value(), std::move(pages).value()).run();
}

void add_pace_options(CLI::App& verb, FeedPace& pace) {
  verb.add_option("--rate", pace.rate, "Pages a second; 0 is as fast as the host takes them")
      ->check(check_rate)
      ->capture_default_str();
  verb.add_option("--parallel", pace.parallel, "Events in flight")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  verb.add_option("--limit", pace.limit, "Pages to send at most; 0 is all of them")
      ->capture_default_str();
}

void add_crawl_options(CLI::App& verb, FeedOptions& options) {
  verb.add_option("--site", options.site, "Put in front of the paths of Markdown files")
      ->check(check_web_address)
      ->capture_default_str();
  add_choice(verb, {"--generation", {"v0", "v1", "v2"}, options.generation, "Shape of the events"},
             [&options](const std::string& word) { options.generation = word; });
  verb.add_option("--secret", options.secret, "Signs every event, as webhook_secret wants it");
  verb.add_option("--crawl-id", options.crawl_id, "Id of the crawl; a random UUID if left out");
  CLI::Option* open =
      verb.add_flag("--no-close", options.is_left_open, "Leave the crawl open for more pages");
  verb.add_option("--retry-for", options.patience, "How long a page is sent again to a full host")
      ->check(check_duration)
      ->capture_default_str();
  verb.add_option("--wait", options.wait,
                  "Wait until the crawl is indexed, 60s if not said how long")
      ->expected(0, 1)
      ->default_str("60s")
      ->check(check_duration)
      ->excludes(open);
}

}  // namespace

void add_feed(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FeedOptions>();  // lives as long as the parser's callbacks
  CLI::App* verb = app.add_subcommand("feed", "Send pages to a host, as a Firecrawl crawl would");
  verb->footer(kFeedFooter);
  verb->add_option("URL", options->host.url, "The host, or the whole URL of its webhook")
      ->required();
  verb->add_option("PATH", options->paths, "Folders and files with pages")->required();
  add_crawl_options(*verb, *options);
  add_pace_options(*verb, options->pace);
  add_token_and_output(*verb, options->host);
  verb->callback([options, verb, &exit_code] {
    options->is_waiting = verb->count("--wait") > 0;
    if (options->is_waiting && options->wait.empty()) options->wait = "60s";
    exit_code = feed(*options);
  });
}

}  // namespace sluice::app
