// firecrawl-source: takes the deliveries of Firecrawl's webhook and puts their pages into the
// pipeline.
#include "change_queue.hpp"
#include "common/settings/refusals.hpp"
#include "door.hpp"
#include "host_api.hpp"
#include "host_backstage.hpp"
#include "host_pipeline.hpp"
#include "host_shelf.hpp"
#include "operations.hpp"
#include "proxy.hpp"
#include "reconciler.hpp"
#include "responding.hpp"
#include "scraper.hpp"
#include "settings.hpp"
#include "watched_pipeline.hpp"
#include "watches.hpp"
#include "webhook.hpp"

#include <sluice/http.hpp>
#include <sluice/plugin.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace firecrawl {
namespace {

constexpr std::chrono::seconds kProbeTimeout{10};

constexpr std::chrono::seconds kTick{1};
constexpr std::uint32_t kReleasedAtOnce = 64;
constexpr std::chrono::hours kNeverQuiet{24 * 40};  // longer than the ledger remembers a crawl

// Configured once; deliveries come on several threads at a time, each through const settings and
// the thread-safe pipeline, and are answered where the pipeline says that it has them.
class FirecrawlSource final : public sluice::Component, public sluice::PushSource {
 public:
  sluice::Status configure(sluice::Config config) override {
    settings_.secret = config.text("/webhook_secret");
    settings_.pages.min_status = config.integer("/min_status");
    settings_.pages.max_status = config.integer("/max_status");
    settings_.pages.on_gone = config.text("/on_gone") == "delete" ? OnGone::kDelete : OnGone::kKeep;
    if (sluice::Status status = set_addresses(config); !status.ok()) return status;
    if (sluice::Status status = pipeline_.attach(host()); !status.ok()) return status;
    backstage_.emplace(host(), pipeline_, door_);
    if (sluice::Status status = open_api_routes(config); !status.ok()) return status;
    return routes_.add_at(host(),
                          {"POST", config.text("/webhook_path"),
                           SLUICE_ROUTE_OPEN | SLUICE_ROUTE_NONBLOCKING, kWebhookOperation},
                          [this](sluice::HttpExchange exchange) {
                            serve(std::move(exchange), &FirecrawlSource::take_delivery);
                          });
  }

  sluice::Status start() override {
    if (settings_.secret.empty()) {
      host().log(SLUICE_LOG_WARN,
                 "webhook_secret is not set: whoever can reach the webhook can add pages");
    }
    ticks_ = sluice::Timer(host(), kTick, kTick, [this] {
      backstage_->post([this] { reconciler_ ? reconciler_->tick() : release_crawls(); });
      if (changes_) backstage_->post([this] { changes_->tick(); });
      if (watches_) backstage_->post([this] { watches_->tick(); });
    });
    return {};
  }

  sluice::Status drain() override {
    ticks_.cancel();
    api_.stop();
    watch_api_.stop();
    door_.close();
    return {};
  }

  sluice::Status probe() override {
    if (!api_.is_set()) return {SLUICE_E_UNSUPPORTED, "api_url is not set"};
    // The cheapest question that also tries key and version; an old Firecrawl answers it with 404.
    const sluice::HttpResponse response = api_.fetch(api_.make_request(
        {.path = "/" + api_version_ + "/crawl/active", .timeout = kProbeTimeout}));
    if (response.status == 0) {
      return sluice::Status::retry("Firecrawl does not answer at api_url; is it running?");
    }
    if (response.status == 401 || response.status == 403) {
      return sluice::Status::config("/api_key", "Firecrawl refuses the api_key");
    }
    return {};
  }

 private:
  // A base address without a slash at its end; empty when it is none.
  static std::string base_address(std::string_view setting) {
    std::string url(setting);
    const sluice::PageUrl checked = sluice::canonical_url(url);
    if (!checked.ok() || !checked.canonical.starts_with("http")) return {};
    while (url.ends_with('/')) url.pop_back();
    return url;
  }

  // What may be wrong with the settings, all of it at once.
  sluice::Status set_addresses(const sluice::Config& config) {
    plugin_common::Refusals refusals;
    if (settings_.pages.min_status > settings_.pages.max_status) {
      refusals.add("/min_status", "min_status is above max_status, so no page would be indexed");
    }
    set_api(config, refusals);
    if (config.boolean("/watch")) set_watch_addresses(config, refusals);
    return refusals.status();
  }

  void set_api(const sluice::Config& config, plugin_common::Refusals& refusals) {
    if (config.text("/api_url").empty()) return;
    const std::string url = base_address(config.text("/api_url"));
    if (url.empty()) {
      return refusals.add(
          "/api_url",
          "api_url is not an http:// or https:// address such as http://localhost:3002");
    }
    api_version_ = config.text("/api_version");
    api_.attach(host(), {url, std::string(config.text("/api_key")), config.duration("/timeout")});
  }

  void set_watch_addresses(const sluice::Config& config, plugin_common::Refusals& refusals) {
    if (config.text("/api_url").empty()) {
      refusals.add("/watch", "watch needs api_url: a page that has changed is scraped again there");
    }
    const std::string url = base_address(config.text("/watch_url"));
    if (url.empty()) {
      refusals.add("/watch_url",
                   "watch_url is not an http:// or https:// address such as http://localhost:5000");
    }
    watch_notify_ = base_address(config.text("/watch_notify"));
    if (watch_notify_.empty()) {
      refusals.add("/watch_notify",
                   "watch_notify is not this host's address as changedetection.io reaches it, such "
                   "as http://sluice:8080");
    }
    if (!refusals.empty()) return;
    watch_api_.attach(host(), {url, std::string(config.text("/watch_key")),
                               config.duration("/timeout"), "x-api-key", ""});
  }

  void set_reconciler(const sluice::Config& config) {
    if (!config.boolean("/reconcile") || !pipeline_.crawls().lists_unfinished()) return;
    settings_.closed = [this](const std::string& job_id) { reconciler_->closed(job_id); };
    reconciler_.emplace(
        ReconcilerSettings{api_version_, settings_.pages, config.duration("/reconcile_after"),
                           config.duration("/reconcile_quiet")},
        api_, pipeline(), *backstage_);
  }

  // Where pages go; with watches they are told of what is taken.
  Pipeline& pipeline() {
    return watched_ ? static_cast<Pipeline&>(*watched_) : static_cast<Pipeline&>(pipeline_);
  }

  // Crawls that were being compared when the settings still asked for it would never be done. The
  // pipeline opens some time after start.
  void release_crawls() {
    if (has_released_.load(std::memory_order_relaxed)) return;
    std::vector<sluice::UnfinishedCrawl> crawls;
    if (!pipeline_.crawls().lists_unfinished() ||
        !pipeline_.crawls().unfinished(kNeverQuiet, kReleasedAtOnce, crawls).ok()) {
      return;
    }
    if (crawls.empty()) has_released_.store(true, std::memory_order_relaxed);
    for (sluice::UnfinishedCrawl& crawl : crawls) {
      CrawlNews news{.job_id = std::move(crawl.group)};
      news.fetch = Fetch::kEnded;
      news.look = Look::kSecond;
      pipeline_.take(std::move(news), [](Intake, std::span<const PageVerdict>) {});
    }
  }

  // What needs a Firecrawl behind it.
  sluice::Status open_api_routes(const sluice::Config& config) {
    if (!api_.is_set()) return {};
    allows_private_ = config.boolean("/allow_private_targets");
    if (config.boolean("/watch")) set_watches(config);
    set_reconciler(config);
    if (config.boolean("/scrape")) {
      if (sluice::Status status = open_scrape(config); !status.ok()) return status;
    }
    if (config.boolean("/proxy")) {
      if (sluice::Status status = open_proxy(config); !status.ok()) return status;
    }
    return open_changes(config);
  }

  static std::string change_secret(const sluice::Config& config) {
    const std::string_view own = config.text("/change_secret");
    return std::string(own.empty() ? config.text("/webhook_secret") : own);
  }

  void set_watches(const sluice::Config& config) {
    watches_.emplace(
        Watches::Settings{
            .notify = watch_notify_ + std::string(config.text("/change_path")),
            .secret = change_secret(config),
            .interval = std::chrono::ceil<std::chrono::seconds>(config.duration("/watch_interval")),
            .tag = std::string(config.text("/watch_tag")),
            .most = static_cast<std::size_t>(config.integer("/watch_limit")),
            .allows_private = allows_private_},
        Watches::Ports{
            watch_api_, to_worker(), [] { return std::chrono::steady_clock::now(); },
            [this](const std::string& sentence) { host().log(SLUICE_LOG_WARN, sentence); },
            [this](const std::string& sentence) { host().log(SLUICE_LOG_INFO, sentence); }});
    watched_.emplace(pipeline_, *watches_);
  }

  ChangeQueue::Post to_worker() {
    return [this](std::function<void()> work) { backstage_->post(std::move(work)); };
  }

  sluice::Status open_scrape(const sluice::Config& config) {
    scraper_.emplace(
        Scraper::Settings{api_version_, settings_.pages, config.duration("/timeout_buffer"),
                          static_cast<std::size_t>(config.integer("/scrape_cache")),
                          reconciler_.has_value()},
        api_, pipeline(), to_worker());
    return routes_.add_at(host(),
                          {"POST", "/api/v2/scrape", SLUICE_ROUTE_NONBLOCKING, kScrapeOperation},
                          [this](sluice::HttpExchange exchange) {
                            serve(std::move(exchange), &FirecrawlSource::scrape);
                          });
  }

  sluice::Status open_proxy(const sluice::Config& config) {
    proxy_.emplace(
        Proxy::Settings{allows_private_, config.duration("/timeout"), reconciler_.has_value()},
        api_, pipeline_);
    std::uint32_t flags = SLUICE_ROUTE_NONBLOCKING;
    if (!config.boolean("/proxy_without_token")) flags |= SLUICE_ROUTE_TOKEN_ONLY;
    for (const char* path : {"/v1/{rest...}", "/v2/{rest...}"}) {
      sluice::Status status = routes_.add_at(
          host(), {"*", path, flags, kProxyOperation}, [this](sluice::HttpExchange exchange) {
            if (!door_.enter()) return respond(exchange, stopping());
            proxy_->answer(std::move(exchange), std::make_shared<Visit>(door_));
          });
      if (!status.ok()) return status;
    }
    return {};
  }

  sluice::Status open_changes(const sluice::Config& config) {
    shelf_.emplace(host());
    changes_.emplace(ChangeQueue::Settings{change_secret(config), api_version_, settings_.pages,
                                           allows_private_},
                     ChangeQueue::Ports{api_, pipeline(), *shelf_, to_worker(),
                                        [] { return std::chrono::steady_clock::now(); }});
    return routes_.add_at(
        host(), {"POST", config.text("/change_path"), SLUICE_ROUTE_OPEN, kChangeOperation},
        [this](sluice::HttpExchange exchange) {
          serve(std::move(exchange), &FirecrawlSource::take_notice);
        });
  }

  static Answer stopping() {
    return unavailable_answer("The pipeline is stopping; send the event again later.");
  }

  // Inside the door until it is answered; what goes wrong is answered as well.
  void serve(sluice::HttpExchange given,
             void (FirecrawlSource::*work)(const sluice::HttpExchange&, const Respond&)) {
    // Shared, as a std::function must be copyable and an exchange is not.
    auto exchange = std::make_shared<sluice::HttpExchange>(std::move(given));
    if (!door_.enter()) return respond(*exchange, stopping());
    const Respond respond_here = [exchange, visit = std::make_shared<Visit>(door_)](
                                     const Answer& answer) { respond(*exchange, answer); };
    try {
      (this->*work)(*exchange, respond_here);
    } catch (const std::bad_alloc&) {
      respond_here(unavailable_answer("The host is out of memory; send the event again later."));
    } catch (const std::exception& e) {
      host().log(SLUICE_LOG_ERROR, std::string("a request could not be served: ") + e.what());
      respond_here(error_answer(500, "The request failed inside the host; its log says why."));
    }
  }

  void take_delivery(const sluice::HttpExchange& exchange, const Respond& respond_here) {
    const std::string_view body = exchange.body();
    answer_delivery(settings_,
                    {.signature = exchange.header("X-Firecrawl-Signature"),
                     .body = body,
                     .readable = body.size()},
                    pipeline(), respond_here);
  }

  void scrape(const sluice::HttpExchange& exchange, const Respond& respond_here) {
    auto read = read_scrape_request(
        exchange.body(), allows_private_ ? PrivateTargets::kAllowed : PrivateTargets::kRefused);
    if (const auto* fault = std::get_if<ScrapeFault>(&read)) {
      return respond_here(error_answer(fault->status, fault->detail));
    }
    scraper_->answer(std::get<ScrapeRequest>(std::move(read)), respond_here);
  }

  void take_notice(const sluice::HttpExchange& exchange, const Respond& respond_here) {
    respond_here(changes_->take({exchange.header("X-Signature"), exchange.body()}));
  }

  WebhookSettings settings_;
  std::string api_version_;
  HostApi api_;
  HostApi watch_api_;
  std::string watch_notify_;  // the host's own address; without watches empty
  HostPipeline pipeline_;
  std::optional<Watches> watches_;
  std::optional<WatchedPipeline> watched_;
  Door door_;
  std::optional<HostBackstage> backstage_;
  std::optional<Reconciler> reconciler_;
  bool allows_private_ = false;
  std::optional<Scraper> scraper_;
  std::optional<Proxy> proxy_;
  std::optional<HostShelf> shelf_;
  std::optional<ChangeQueue> changes_;
  std::atomic<bool> has_released_{false};  // relaxed: a tick more or less does no harm
  sluice::HttpRoutes routes_;
  sluice::Timer ticks_;  // last: it ends before what it turns
};

constexpr sluice_descriptor kFirecrawlSource = sluice::component<FirecrawlSource>({
    .id = "sluice.firecrawl-source",
    .version = "0.1.0",
    .summary = "Takes crawled pages from Firecrawl's webhook",
    .config_schema = kSchema.c_str(),
    .vendor = "Sluice",
    .license = "MIT",
});

}  // namespace
}  // namespace firecrawl

SLUICE_PLUGIN("sluice.firecrawl-source", &firecrawl::kFirecrawlSource)
