// What operators and their tools look at: stats, crawls, the pipeline, health, metrics.
#include "api/api.hpp"
#include "api/dashboard.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/times.hpp"
#include "services/instance.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::api {
namespace {

nlohmann::json milliseconds_or_null(const std::optional<std::chrono::milliseconds>& time) {
  return time ? nlohmann::json(time->count()) : nlohmann::json(nullptr);
}

nlohmann::json item_of(const crawls::CrawlRow& row) {
  return {{"crawl_id", row.crawl_id},
          {"state", crawls::name_of(row.state)},
          {"mode", row.mode},
          {"source", row.source},
          {"received", row.received},
          {"indexed", row.indexed},
          {"skipped", row.skipped},
          {"unchanged", row.unchanged},
          {"failed", row.failed},
          {"pending", row.pending},
          {"duplicates", row.duplicates},
          {"started_at", rfc3339(row.started_at)},
          {"closed_at", rfc3339_or_null(row.closed_at)},
          {"done_at", rfc3339_or_null(row.done_at)},
          {"time_to_index_ms",
           {{"p50", milliseconds_or_null(row.time_to_index_p50)},
            {"p95", milliseconds_or_null(row.time_to_index_p95)}}},
          {"warnings", row.warnings}};
}

nlohmann::json degraded_of(const flow::PipelineView& view) {
  auto list = nlohmann::json::array();
  for (const auto& stage : view.stages) {
    if (!stage.trouble.empty()) list.push_back({{"stage", stage.name}, {"reason", stage.trouble}});
  }
  return list;
}

double two_decimals(double value) { return std::round(value * 100) / 100; }

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::kStarting:
      return "starting";
    case Phase::kDraining:
      return "draining";
    default:
      return "ready";
  }
}

// The names that clients of the server before this one read: "bm25_documents", and of a sink
// "x-sink" behind a service the points of "x" and the collection that its settings name.
void add_old_names(const search::ProviderStats& provider, nlohmann::json& out) {
  if (provider.is_keyword) {
    out["bm25_documents"] = provider.documents;
    return;
  }
  constexpr std::string_view kSink = "-sink";
  if (!provider.plugin.ends_with(kSink)) return;
  const auto service = provider.plugin.substr(0, provider.plugin.size() - kSink.size());
  out[service + "_points"] = provider.chunks;
  const auto settings = nlohmann::json::parse(provider.settings, nullptr, false);
  if (settings.is_object() && settings.contains("collection")) {
    out["collection_name"] = settings["collection"];
  }
}

}  // namespace

void Api::stats(const net::ExchangePtr& x) {
  uint64_t documents = 0;
  uint64_t chunks = 0;
  nlohmann::json out = {{"providers", nlohmann::json::object()}};
  for (const auto& provider : parts_.searcher.stats()) {
    auto& one = out["providers"][provider.stage] = nlohmann::json::object();
    if (!provider.answered) continue;
    one = {{"documents", provider.documents}, {"chunks", provider.chunks}};
    documents = std::max(documents, provider.documents);
    chunks = std::max(chunks, provider.chunks);
    add_old_names(provider, out);
  }
  out["total_documents"] = documents;
  out["total_chunks"] = chunks;
  x->respond(net::json_response(200, dump(out)));
}

void Api::crawls(const net::ExchangePtr& x) {
  const auto window = window_in_query(x->request());
  if (!window) return x->respond(net::error_response(422, bad_window()));
  const auto page = parts_.ledger.list(window->limit, window->offset);
  if (!page) return x->respond(net::error_response(503, "the ledger cannot be read right now"));
  auto items = nlohmann::json::array();
  for (const auto& row : page->items) items.push_back(item_of(row));
  x->respond(net::json_response(200, dump({{"items", std::move(items)},
                                           {"total", page->total},
                                           {"limit", window->limit},
                                           {"offset", window->offset}})));
}

void Api::crawl(const net::ExchangePtr& x) {
  const auto row = parts_.ledger.find(std::string(x->request().param("id")));
  if (!row) return x->respond(net::error_response(503, "the ledger cannot be read right now"));
  if (!row->has_value())
    return x->respond(net::error_response(404, "there is no crawl of that id"));
  x->respond(net::json_response(200, dump(item_of(**row))));
}

// What clients of the server before this one read, beside the ledger's own names. Times are those
// that the stages took, summed up over the crawl's pages.
void Api::crawl_metrics(const net::ExchangePtr& x) {
  const auto row = parts_.ledger.find(std::string(x->request().param("id")));
  if (!row) return x->respond(net::error_response(503, "the ledger cannot be read right now"));
  if (!row->has_value())
    return x->respond(net::error_response(404, "there is no crawl of that id"));
  const crawls::CrawlRow& crawl = **row;
  auto out = item_of(crawl);
  out["status"] = crawls::name_of(crawl.state);
  out["completed_at"] = out["done_at"];
  out["total_pages"] = crawl.received;
  out["pages_indexed"] = crawl.indexed;
  out["pages_failed"] = crawl.failed;
  out["duration_ms"] = nullptr;
  if (crawl.done_at) {
    out["duration_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(*crawl.done_at - crawl.started_at)
            .count();
  }
  out["aggregate_timing"] = nlohmann::json::object();
  for (const auto& stage : crawl.stages) {
    constexpr double kPerMs = 1000;  // microseconds
    const auto total = static_cast<double>(stage.microseconds) / kPerMs;
    out["aggregate_timing"][stage.stage] = {
        {"pages", stage.pages},
        {"total_ms", two_decimals(total)},
        {"mean_ms", two_decimals(total / static_cast<double>(std::max<int64_t>(1, stage.pages)))},
        {"max_ms", two_decimals(static_cast<double>(stage.most) / kPerMs)}};
  }
  x->respond(net::json_response(200, dump(out)));
}

void Api::pipeline(const net::ExchangePtr& x) {
  const flow::PipelineView view = parts_.graph.view();
  auto stages = nlohmann::json::array();
  for (const auto& stage : view.stages) {
    stages.push_back({{"name", stage.name},
                      {"plugin", stage.plugin},
                      {"depth", stage.waiting},
                      {"in_flight", stage.in_flight},
                      {"retrying", stage.retrying},
                      {"records_per_second", two_decimals(stage.records_per_second)},
                      {"utilization", two_decimals(stage.utilization)},
                      {"health", stage.trouble.empty() ? "healthy" : "degraded"},
                      {"reason", stage.trouble.empty() ? nlohmann::json(nullptr)
                                                       : nlohmann::json(stage.trouble)}});
  }
  const auto pipeline = parts_.control.pipeline();
  x->respond(net::json_response(200, dump({{"name", pipeline->name},
                                           {"mode", config::text_of(pipeline->mode)},
                                           {"generation", parts_.control.generation()},
                                           {"stages", std::move(stages)},
                                           {"pages_in_memory", view.pages_in_memory},
                                           {"bytes_in_memory", view.bytes_in_memory},
                                           {"pages_held", view.pages_held},
                                           {"pages_on_disk", view.pages_on_disk}})));
}

void Api::live(const net::ExchangePtr& x) {
  x->respond(net::json_response(200, R"({"status":"alive"})"));
}

std::vector<std::string> Api::reasons_not_ready(const flow::PipelineView& view) const {
  std::vector<std::string> reasons;
  if (phase() != Phase::kReady) reasons.emplace_back(name_of(phase()));
  if (!view.is_writable) reasons.emplace_back("pages cannot be written to the journal");
  return reasons;
}

// Before the pipeline runs there is nothing to look at.
flow::PipelineView Api::view() const {
  flow::PipelineView view;
  if (phase() != Phase::kStarting) return parts_.graph.view();
  for (const auto& stage : parts_.control.pipeline()->stages) {
    view.stages.push_back({.name = stage.name, .plugin = stage.plugin, .trouble = "starting"});
  }
  return view;
}

void Api::ready(const net::ExchangePtr& x) {
  const flow::PipelineView view = this->view();
  const auto reasons = reasons_not_ready(view);
  if (!reasons.empty()) {
    return x->respond(
        net::json_response(503, dump({{"status", "unavailable"}, {"reasons", reasons}})));
  }
  x->respond(net::json_response(200, dump({{"status", "ready"}, {"degraded", degraded_of(view)}})));
}

void Api::health(const net::ExchangePtr& x) {
  const flow::PipelineView view = this->view();
  auto services = nlohmann::json::object();
  bool is_healthy = reasons_not_ready(view).empty();
  for (const auto& stage : view.stages) {
    services[stage.name] = stage.trouble.empty() ? "healthy" : "degraded: " + stage.trouble;
    is_healthy = is_healthy && stage.trouble.empty();
  }
  x->respond(net::json_response(200, dump({{"status", is_healthy ? "healthy" : "degraded"},
                                           {"services", std::move(services)},
                                           {"timestamp", rfc3339(parts_.clock.wall())}})));
}

void Api::metrics(const net::ExchangePtr& x) {
  x->respond({200, "text/plain; version=0.0.4; charset=utf-8", parts_.metrics.text(), {}});
}

void Api::about(const net::ExchangePtr& x) {
  if (wants_page(x->request())) return x->respond(dashboard());
  const auto pipeline = parts_.control.pipeline();
  x->respond(
      net::json_response(200, dump({{"service", "sluice"},
                                    {"version", services::kHostVersion},
                                    {"status", name_of(phase())},
                                    {"pipeline", pipeline->name},
                                    {"mode", config::text_of(pipeline->mode)},
                                    {"endpoints",
                                     {"/api/search", "/api/index", "/api/stats", "/api/crawls",
                                      "/api/pipeline", "/health", "/metrics"}}})));
}

}  // namespace sluice::api
