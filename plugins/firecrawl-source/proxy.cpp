#include "proxy.hpp"

#include "forwarding.hpp"
#include "responding.hpp"

#include <utility>
#include <vector>

namespace firecrawl {
namespace {

void pass_back(sluice::HttpExchange& exchange, const sluice::HttpResponse& response) {
  std::vector<sluice::HttpHeader> headers;
  for (const sluice::HttpHeader& header : response.headers) {
    if (is_passed_back(header.name)) headers.push_back(header);
  }
  exchange.respond(response.status, headers, response.body);
}

Answer no_answer(sluice_status why) {
  switch (why) {
    case SLUICE_E_TIMEOUT:
      return error_answer(504, "Firecrawl did not answer in time.");
    case SLUICE_E_REJECT:
      return error_answer(502,
                          "Firecrawl's answer is larger than this host takes at once; ask for "
                          "fewer pages with `limit`.");
    case SLUICE_E_STOPPING:
      return unavailable_answer("The pipeline is stopping; ask again later.");
    default:
      return error_answer(502, "Firecrawl cannot be reached at api_url.");
  }
}

}  // namespace

void Proxy::answer(sluice::HttpExchange given, std::shared_ptr<Visit> visit) {
  const Forwarded forwarded{given.method(), given.path(), given.query(), given.body()};
  if (const auto refused = refuse_forwarding(forwarded, settings_.allows_private)) {
    return respond(given, *refused);
  }
  const bool is_job = starts_job(forwarded);
  const std::string path(forwarded.path);
  const std::string base = base_of(given.header("Host"), given.header("X-Forwarded-Proto"));
  sluice::HttpRequest request = request_of(given);
  auto exchange = std::make_shared<sluice::HttpExchange>(std::move(given));
  api_.send(request, [this, exchange, visit = std::move(visit), is_job, path,
                      base](sluice::HttpResponse response) {
    if (response.status == 0) return respond(*exchange, no_answer(response.why));
    response.body = with_own_next(response.body, path, base);
    const std::string job = is_job && response.is_success() ? started_job(response.body) : "";
    if (job.empty()) return pass_back(*exchange, response);
    auto kept = std::make_shared<const sluice::HttpResponse>(std::move(response));
    open_job(job, [exchange, visit, kept] { pass_back(*exchange, *kept); });
  });
}

sluice::HttpRequest Proxy::request_of(const sluice::HttpExchange& exchange) const {
  std::string path(exchange.path());
  if (!exchange.query().empty()) path.append("?").append(exchange.query());
  sluice::HttpRequest request = api_.make_request({.method = std::string(exchange.method()),
                                                   .path = std::move(path),
                                                   .body = std::string(exchange.body()),
                                                   .timeout = settings_.timeout});
  for (const std::string_view name : kPassedOn) {
    const std::string_view value = exchange.header(name);
    if (!value.empty()) request.headers.push_back({std::string(name), std::string(value)});
  }
  return request;
}

// The caller has its answer whether or not the ledger could be written: the job runs.
void Proxy::open_job(const std::string& job_id, std::function<void()> then) {
  CrawlNews news{.job_id = job_id};
  if (settings_.follows_jobs) news.fetch = Fetch::kAwaited;
  news.look = Look::kSecond;
  pipeline_.take(std::move(news),
                 [then = std::move(then)](Intake, std::span<const PageVerdict>) { then(); });
}

}  // namespace firecrawl
