// The way of one page through the graph, from its arrival to its outcome.
#include "flow/graph.hpp"

#include "data/codec.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace sluice::flow {
namespace {

// A stage's word for why it left a page out, as a label of the metrics: anything that is no word
// could be a time series for every page.
std::string_view reason_word(std::string_view reason) {
  constexpr std::size_t kMost = 40;
  const bool is_word = !reason.empty() && reason.size() <= kMost &&
                       std::all_of(reason.begin(), reason.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
  return is_word ? reason : "empty";
}

std::string_view content_id_of(const data::Record& document) {
  const auto* id = document.meta("content_id");
  return id ? std::string_view(id->text) : std::string_view();
}

std::chrono::microseconds to_us(Steady::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time);
}

}  // namespace

Graph::OpenPages Graph::open_pages(OpenBy by, const std::string& key,
                                   content::Archive::Window window) {
  OpenPages answer;
  loop_.run([&] {
    content::StoredPages& open = answer.pages;
    answer.archived = settlement_.archived();
    std::vector<const Delivery*> found;
    for (const auto& [delivery, owned] : pages_) {
      const data::Record& document = *delivery->page().document;
      const bool is_it =
          by == OpenBy::kCrawl ? document.group() == key : content_id_of(document) == key;
      if (is_it && document.op == SLUICE_UPSERT) found.push_back(delivery);
    }
    open.total = found.size();
    std::sort(found.begin(), found.end(), [](const Delivery* left, const Delivery* right) {
      return left->page().seq > right->page().seq;
    });
    std::size_t bytes = 0;
    for (std::size_t i = window.offset; i < found.size(); ++i) {
      if (open.items.size() == window.limit || bytes >= content::Archive::kMostBytesAtOnce) break;
      const Delivery::Page& page = found[i]->page();
      std::string encoded = data::encode(*page.document);
      bytes += encoded.size();
      open.items.push_back(
          {std::string(content_id_of(*page.document)), std::string(page.document->group()),
           std::chrono::floor<std::chrono::milliseconds>(page.received_at), std::move(encoded)});
    }
  });
  return answer;
}

Delivery& Graph::opened(Delivery::Page page) {
  auto owned = std::make_unique<Delivery>(std::move(page));
  Delivery& delivery = *owned;
  pages_.emplace(&delivery, std::move(owned));
  has_worked_ = true;
  delivery.arrived = loop_.now();
  return delivery;
}

// A document goes to the first stages; a deletion straight to the sinks, as it has no text to work
// on.
void Graph::admitted(Delivery& page) {
  page.at_gate = loop_.now() - page.arrived;
  const bool is_deletion = page.page().document->op == SLUICE_DELETE;
  const auto& targets = is_deletion ? sinks_ : heads_;
  page.opened(static_cast<uint32_t>(targets.size()));
  // Copies, also for the only one: stages change what they get, and the document stays as it was
  // received, for whoever reads it meanwhile, dead letters and the archive.
  for (auto* target : targets) target->runner().add(data::copy_record(*page.page().document));
}

void Graph::known(Delivery& page, uint8_t answer) {
  page.at_gate = loop_.now() - page.arrived;
  if (answer == SLUICE_KEY_UNCHANGED) {
    meters_.skipped("unchanged");
    conclude(page, crawls::Outcome::kUnchanged);
  } else if (page.page().is_recovered) {
    // Its claim was settled by the last run, which then ended before it could say so in the ledger.
    conclude(page, crawls::Outcome::kIndexed);
  } else {
    meters_.skipped("processed");
    conclude(page, crawls::Outcome::kSkipped);
  }
}

// Whoever sent it may send it again: it is new then, as any page that failed.
void Graph::damaged(journal::Journal::StoredEntry entry) {
  environment_.log.write(observe::Level::kError, "journal", "a page has failed: " + entry.damage,
                         {{"document", entry.document_id}, {"crawl", entry.group}});
  meters_.failed("journal");
  tell_source(entry.source, entry.cookie, SLUICE_E_REJECT, entry.damage);
  entry.payload.clear();
  settlement_.write_off(std::make_shared<const journal::Journal::StoredEntry>(std::move(entry)));
}

void Graph::superseded(Delivery& page) {
  page.is_superseded = true;
  page.left_out("superseded");
  meters_.skipped("superseded");
  conclude(page, crawls::Outcome::kSkipped);
}

void Graph::reached_sink(Delivery& page, std::size_t sink, const data::Record& record) {
  if (record.op == SLUICE_TRIM) {
    meters_.trimmed(sinks_[sink]->name());
  } else if (record.op == SLUICE_UPSERT) {
    // A document that no stage has cut is its own only chunk.
    page.reached(sink,
                 record.parent ? record.document().chunk_count.load(std::memory_order_relaxed) : 1);
  }
}

void Graph::charged(Delivery& page, uint64_t bytes) {
  page.charge(bytes);
  budget_.charge({0, bytes});
}

void Graph::closed(Delivery& page) {
  const bool is_document = page.page().document->op == SLUICE_UPSERT;
  if (page.failure()) {
    meters_.failed(page.failure()->stage);
    conclude(page, crawls::Outcome::kFailed);
  } else if (is_document && !page.is_trimming && !page.sinks().empty()) {
    trim(page);
  } else if (is_document && page.sinks().empty()) {
    meters_.skipped(reason_word(page.left_out()));  // a stage left the page out
    conclude(page, crawls::Outcome::kSkipped);
  } else {
    if (is_document) meters_.indexed(environment_.clock.wall() - page.page().received_at);
    conclude(page, crawls::Outcome::kIndexed);
  }
}

// Every sink has every chunk of the new version: what a longer one left behind may go.
void Graph::trim(Delivery& page) {
  page.is_trimming = true;
  page.opened(static_cast<uint32_t>(page.sinks().size()));
  for (const auto& [sink, chunks] : page.sinks()) {
    auto record = data::copy_record(*page.page().document);
    record->op = SLUICE_TRIM;
    record->text = {};
    record->buffer = {};
    record->chunk_count.store(chunks, std::memory_order_relaxed);
    sinks_[sink]->runner().add(std::move(record));
  }
}

void Graph::conclude(Delivery& page, crawls::Outcome outcome) {
  page.outcome = outcome;
  settlement_.conclude(page, outcome);
}

services::PageReport Graph::report_of(const Delivery& page) const {
  services::PageReport report;
  report.outcome = crawls::name_of(page.outcome);
  report.reason = page.failure() ? page.failure()->reason : page.left_out();
  if (const auto& dedupe = components_->wiring().dedupe) {
    const bool is_unchanged = page.outcome == crawls::Outcome::kUnchanged;
    const bool is_known = page.outcome == crawls::Outcome::kSkipped && page.steps().empty();
    report.steps.push_back({*dedupe,
                            to_us(page.at_gate),
                            1,
                            is_unchanged ? "unchanged"
                            : is_known   ? "known"
                                         : "new",
                            {}});
  }
  for (const auto& step : page.steps()) {
    const bool has_failed = page.failure() && page.failure()->stage == step.stage;
    report.steps.push_back({step.stage, to_us(step.took), step.records,
                            has_failed ? "failed" : "ok",
                            has_failed ? page.failure()->reason : std::string()});
  }
  for (const auto& [sink, chunks] : page.sinks()) {
    report.sinks.push_back(sinks_[sink]->name());
    report.chunks = std::max(report.chunks, chunks);
  }
  report.tokens = page.tokens;
  return report;
}

void Graph::ended(Delivery& page) {
  const auto& about = page.page();
  const sluice_status verdict = page.failure()         ? SLUICE_E_REJECT
                                : page.sinks().empty() ? SLUICE_DROPPED
                                                       : SLUICE_OK;
  tell_source(about.source, about.cookie, verdict,
              page.failure() ? page.failure()->reason : std::string());
  if (about.on_ended) about.on_ended(report_of(page));
  const std::string document_id = page.document_id();
  Load load = about.load;
  load.bytes += page.charged();
  if (about.is_from_disk) backlog_.ended();
  const bool was_inside = !page.is_superseded;
  const int64_t in_sinks = page.is_in_sinks() ? page.version() : 0;
  pages_.erase(&page);
  if (was_inside) gate_.leave(document_id, in_sinks);
  if (in_sinks > 0) backlog_.indexed(document_id, in_sinks);
  // What was accepted long ago goes before what waits at the door.
  budget_.put_back(load);
  backlog_.pump();
  budget_.serve();
}

void Graph::tell_source(const std::string& source, uint64_t cookie, sluice_status verdict,
                        std::string why) {
  const auto stage = components_->share(source);
  if (!stage) return;
  const auto* table = stage->role<sluice_source>(SLUICE_ROLE_SOURCE);
  if (!table || !SLUICE_HAS_FN(table, on_settled)) return;
  control_.post([stage, table, cookie, verdict, why = std::move(why)] {
    const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
    sluice_error err = plugin::fresh_error();
    err.code = verdict;
    const std::size_t size = std::min(why.size(), sizeof err.message - 1);
    std::copy_n(why.begin(), size, err.message);
    stage->component->call("on_settled", [&] {
      table->on_settled(stage->component->raw(), cookie, verdict, verdict < 0 ? &err : nullptr);
    });
  });
}

// A source that was turned away may come again.
void Graph::tell_room(Load room) {
  const auto credits = static_cast<uint32_t>(std::min<uint64_t>(room.records, UINT32_MAX));
  for (const auto& name : components_->wiring().sources) {
    const StageComponent* source = components_->find(name);
    const auto* table = source->role<sluice_source>(SLUICE_ROLE_SOURCE);
    if (!SLUICE_HAS_FN(table, on_room)) continue;
    const plugin::ThreadScope scope(plugin::ThreadTag::kIo);
    source->component->call("on_room", [&] { table->on_room(source->component->raw(), credits); });
  }
}

}  // namespace sluice::flow
