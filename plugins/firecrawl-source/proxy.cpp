#include "proxy.hpp"

#include "forwarding.hpp"
#include "next_rewriter.hpp"
#include "responding.hpp"

#include <algorithm>
#include <string_view>
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

bool has_json(const std::vector<sluice::HttpHeader>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const sluice::HttpHeader& header) {
    return says_json(header.name, header.value);
  });
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
  if (starts_job(forwarded)) return start_job(std::move(given), std::move(visit));
  pass_on(std::move(given), std::move(visit));
}

// The answer is small, and waits until the job is in the ledger.
void Proxy::start_job(sluice::HttpExchange given, std::shared_ptr<Visit> visit) {
  const sluice::HttpRequest request = request_of(given);
  // Shared, as a std::function must be copyable.
  const auto exchange = std::make_shared<sluice::HttpExchange>(std::move(given));
  api_.send(request, [this, exchange, visit = std::move(visit)](sluice::HttpResponse response) {
    if (response.status == 0) return respond(*exchange, no_answer(response.why));
    const std::string job = response.is_success() ? started_job(response.body) : "";
    if (job.empty()) return pass_back(*exchange, response);
    const auto kept = std::make_shared<const sluice::HttpResponse>(std::move(response));
    open_job(job, [exchange, visit, kept] { pass_back(*exchange, *kept); });
  });
}

void Proxy::pass_on(sluice::HttpExchange given, std::shared_ptr<Visit> visit) {
  const sluice::HttpRequest request = request_of(given);
  const auto rewriter = std::make_shared<NextRewriter>(
      std::string(given.path()), base_of(given.header("Host"), given.header("X-Forwarded-Proto")));
  sluice::HttpRelay how;
  how.head = [has_body = given.method() != "HEAD"](sluice::HttpHead& head) {
    const bool may_have_next = has_body && has_json(head.headers);
    std::erase_if(head.headers, [](const auto& header) { return !is_passed_back(header.name); });
    return may_have_next ? sluice::HttpRelay::Passing::kRewritten
                         : sluice::HttpRelay::Passing::kAsItComes;
  };
  how.part = [rewriter](std::string_view part, sluice::HttpRelay::Part kind, std::string& out) {
    rewriter->put(part, out);
    if (kind == sluice::HttpRelay::Part::kLast) rewriter->end(out);
  };
  how.done = [rewriter, visit = std::move(visit)](sluice::HttpResponse response,
                                                  sluice::HttpExchange exchange) {
    if (!exchange.is_open()) return;
    if (response.status == 0) return respond(exchange, no_answer(response.why));
    if (has_json(response.headers)) {  // from a host that passes nothing on by itself
      std::string changed;
      rewriter->put(response.body, changed);
      rewriter->end(changed);
      response.body = std::move(changed);
    }
    pass_back(exchange, response);
  };
  api_.relay(std::move(given), request, std::move(how));
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
