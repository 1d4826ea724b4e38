// What operators and their tools look at: stats, crawls, the pipeline, health, metrics.
#include "api/api.hpp"
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
    // The name that clients of the server before this one read.
    if (provider.is_keyword) out["bm25_documents"] = provider.documents;
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
  const Phase phase = phase_.load(std::memory_order_relaxed);
  if (phase != Phase::kReady) reasons.emplace_back(name_of(phase));
  if (!view.is_writable) reasons.emplace_back("pages cannot be written to the journal");
  return reasons;
}

void Api::ready(const net::ExchangePtr& x) {
  const flow::PipelineView view = parts_.graph.view();
  const auto reasons = reasons_not_ready(view);
  if (!reasons.empty()) {
    return x->respond(
        net::json_response(503, dump({{"status", "unavailable"}, {"reasons", reasons}})));
  }
  x->respond(net::json_response(200, dump({{"status", "ready"}, {"degraded", degraded_of(view)}})));
}

void Api::health(const net::ExchangePtr& x) {
  const flow::PipelineView view = parts_.graph.view();
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
  const Phase phase = phase_.load(std::memory_order_relaxed);
  const auto pipeline = parts_.control.pipeline();
  x->respond(
      net::json_response(200, dump({{"service", "sluice"},
                                    {"version", services::kHostVersion},
                                    {"status", name_of(phase)},
                                    {"pipeline", pipeline->name},
                                    {"mode", config::text_of(pipeline->mode)},
                                    {"endpoints",
                                     {"/api/search", "/api/index", "/api/stats", "/api/crawls",
                                      "/api/pipeline", "/health", "/metrics"}}})));
}

}  // namespace sluice::api
