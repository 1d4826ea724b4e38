// firecrawl-source: takes the deliveries of Firecrawl's webhook and puts their pages into the
// pipeline.
#include "host_pipeline.hpp"
#include "operations.hpp"
#include "webhook.hpp"

#include <sluice/http.hpp>
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

constexpr std::chrono::seconds kProbeTimeout{10};

constexpr auto kSchema = sluice::object(
    sluice::text("webhook_path")
        .otherwise("/api/webhook/firecrawl")
        .pattern("^/[A-Za-z0-9._~/-]*$")
        .describe("Where Firecrawl delivers: the path of the webhook on this host."),
    sluice::text("webhook_secret")
        .secret()
        .describe("Key of X-Firecrawl-Signature. Without it deliveries are taken unsigned."),
    sluice::integer("min_status")
        .range(100, 599)
        .otherwise(200)
        .describe("The lowest HTTP status of a page worth indexing."),
    sluice::integer("max_status")
        .range(100, 599)
        .otherwise(399)
        .describe("The highest HTTP status of a page worth indexing."),
    sluice::choice("on_gone", R"(["keep","delete"])")
        .otherwise("keep")
        .describe("What a page that answers 404 or 410 does to the document indexed before."),
    sluice::text("api_url").describe("Base address of Firecrawl, tried by `sluice check --probe`."),
    sluice::text("api_key").secret().describe("Bearer key for api_url."),
    sluice::choice("api_version", R"(["v1","v2"])")
        .otherwise("v2")
        .describe("Version of the Firecrawl API behind api_url."));

// Counts the deliveries being answered, so that drain can wait for them.
class Door {
 public:
  // False once closed; otherwise leave() is owed.
  bool enter() {
    const std::scoped_lock lock(mutex_);
    if (is_closed_) return false;
    ++inside_;
    return true;
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }
  // Lets nobody in any more and waits for those inside. They are bounded: the host bounds every
  // call that a delivery makes.
  void close() {
    std::unique_lock lock(mutex_);
    is_closed_ = true;
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool is_closed_ = false;
};

// One delivery inside the door; goes when it is answered.
class Visit {
 public:
  explicit Visit(Door& door) : door_(door) {}
  ~Visit() { door_.leave(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Door& door_;
};

// Configured once; deliveries come on several threads at a time, each through const settings and
// the thread-safe pipeline, and are answered where the pipeline says that it has them.
class FirecrawlSource final : public sluice::Component, public sluice::PushSource {
 public:
  sluice::Status configure(sluice::Config config) override {
    settings_.secret = config.text("/webhook_secret");
    settings_.min_status = config.integer("/min_status");
    settings_.max_status = config.integer("/max_status");
    settings_.on_gone = config.text("/on_gone") == "delete" ? OnGone::kDelete : OnGone::kKeep;
    if (settings_.min_status > settings_.max_status) {
      return sluice::Status::config("/min_status",
                                    "min_status is above max_status, so no page would be indexed");
    }
    api_key_ = config.text("/api_key");
    if (sluice::Status status = set_api(config); !status.ok()) return status;
    if (sluice::Status status = pipeline_.attach(host()); !status.ok()) return status;
    return routes_.add_at(host(),
                          {"POST", config.text("/webhook_path"),
                           SLUICE_ROUTE_OPEN | SLUICE_ROUTE_NONBLOCKING, kWebhookOperation},
                          [this](sluice::HttpExchange exchange) { answer(std::move(exchange)); });
  }

  sluice::Status start() override {
    if (settings_.secret.empty()) {
      host().log(SLUICE_LOG_WARN,
                 "webhook_secret is not set: whoever can reach the webhook can add pages");
    }
    return {};
  }

  sluice::Status drain() override {
    door_.close();
    return {};
  }

  sluice::Status probe() override {
    if (probe_url_.empty()) return {SLUICE_E_UNSUPPORTED, "api_url is not set"};
    sluice::HttpRequest request;
    request.url = probe_url_;
    request.timeout = kProbeTimeout;
    if (!api_key_.empty()) request.headers.push_back({"Authorization", "Bearer " + api_key_});
    const sluice::HttpResponse response = sluice::HttpClient(host()).fetch(request);
    if (response.status == 0) {
      return sluice::Status::retry("Firecrawl does not answer at api_url; is it running?");
    }
    if (response.status == 401 || response.status == 403) {
      return sluice::Status::config("/api_key", "Firecrawl refuses the api_key");
    }
    return {};
  }

 private:
  sluice::Status set_api(const sluice::Config& config) {
    std::string url(config.text("/api_url"));
    if (url.empty()) return {};
    const sluice::PageUrl checked = sluice::canonical_url(url);
    if (!checked.ok() || !checked.canonical.starts_with("http")) {
      return sluice::Status::config(
          "/api_url",
          "api_url is not an http:// or https:// address such as http://localhost:3002");
    }
    while (url.ends_with('/')) url.pop_back();
    // The cheapest question that also tries key and version; an old Firecrawl answers it with 404.
    probe_url_ = url + '/' + std::string(config.text("/api_version")) + "/crawl/active";
    return {};
  }

  void answer(sluice::HttpExchange given) {
    // Shared, as a std::function must be copyable and an exchange is not.
    auto exchange = std::make_shared<sluice::HttpExchange>(std::move(given));
    if (!door_.enter()) {
      return respond(*exchange,
                     unavailable_answer("The pipeline is stopping; send the event again later."));
    }
    const Respond respond_here = [exchange, visit = std::make_shared<Visit>(door_)](
                                     const Answer& answer) { respond(*exchange, answer); };
    try {
      const std::string_view body = exchange->body();
      answer_delivery(settings_,
                      {.signature = exchange->header("X-Firecrawl-Signature"),
                       .body = body,
                       .readable = body.size()},
                      pipeline_, respond_here);
    } catch (const std::bad_alloc&) {
      respond_here(unavailable_answer("The host is out of memory; send the event again later."));
    } catch (const std::exception& e) {
      host().log(SLUICE_LOG_ERROR, std::string("a webhook delivery failed: ") + e.what());
      respond_here(error_answer(500, "The delivery failed inside the host; its log says why."));
    }
  }

  static void respond(sluice::HttpExchange& exchange, const Answer& answer) {
    std::vector<sluice::HttpHeader> headers{{"Content-Type", "application/json"}};
    if (answer.retry_after_seconds > 0) {
      headers.push_back({"Retry-After", std::to_string(answer.retry_after_seconds)});
    }
    exchange.respond(static_cast<std::uint32_t>(answer.status), headers, answer.body);
  }

  WebhookSettings settings_;
  std::string api_key_;
  std::string probe_url_;  // empty without api_url
  HostPipeline pipeline_;
  Door door_;
  sluice::HttpRoutes routes_;
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
