// From the verdicts of a stage to the stages behind it.
#include "flow/stage.hpp"

#include <utility>

namespace sluice::flow {

Stage::Stage(Loop& loop, Place place, RunnerOptions options, Passage& passage,
             observe::Metrics& metrics)
    : place_(std::move(place)),
      passage_(passage),
      meters_(metrics, place_.component->name, place_.component->plugin, options.concurrency),
      runner_(loop, port(), std::move(options), *this, meters_) {}

StagePort Stage::port() const {
  const bool is_nonblocking = (place_.table->flags & SLUICE_STAGE_NONBLOCKING) != 0;
  const auto tag = is_nonblocking ? plugin::ThreadTag::kIo : plugin::ThreadTag::kWorker;
  const sluice_stage* table = place_.table;
  return {[stage = place_.component, table, tag](sluice_batch* batch) {
            const plugin::ThreadScope scope(tag);
            const plugin::Component& component = *stage->component;
            return component.call("submit", [&] { return table->submit(component.raw(), batch); });
          },
          is_nonblocking, place_.component->instance.get()};
}

void Stage::flush_component() const {
  if (!SLUICE_HAS_FN(place_.table, flush)) return;
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  const plugin::Component& component = *place_.component->component;
  sluice_error err = plugin::fresh_error();
  component.call("flush", [&] { return place_.table->flush(component.raw(), &err); });
}

void Stage::passed(data::RecordRef record, std::vector<data::RecordRef> children) {
  Delivery& page = *record->delivery;
  if (record->op == SLUICE_UPSERT) trouble().worked();
  if (place_.is_sink) {
    passage_.reached_sink(page, place_.sink, *record);
    close_one(page);
    return;
  }
  if (children.empty()) {
    if (!record->vectors.empty()) passage_.charged(page, data::weight(*record));
    children.push_back(std::move(record));
  } else {
    if (!record->parent) {
      record->chunk_count.store(static_cast<uint32_t>(children.size()), std::memory_order_relaxed);
    }
    page.count_chunks(static_cast<uint32_t>(children.size()));
    uint64_t bytes = 0;
    for (auto& child : children) {
      child->delivery = &page;
      bytes += data::weight(*child);
      const auto* tokens = page.page().on_ended ? child->meta("token_count") : nullptr;
      if (tokens && tokens->kind == SLUICE_I64) page.tokens += static_cast<uint64_t>(tokens->i64);
    }
    passage_.charged(page, bytes);
  }
  page.opened(static_cast<uint32_t>(children.size() * next_.size()));
  for (auto& child : children) {
    for (std::size_t i = 1; i < next_.size(); ++i) next_[i]->runner_.add(data::copy_record(*child));
    next_.front()->runner_.add(std::move(child));
  }
  close_one(page);
}

void Stage::dropped(data::RecordRef record, std::string reason) {
  Delivery& page = *record->delivery;
  if (!record->parent) page.left_out(std::move(reason));
  close_one(page);
}

void Stage::worked(const data::Record& record, uint64_t batch, Steady::duration took) {
  if (record.op == SLUICE_UPSERT) record.delivery->worked(name(), batch, took);
}

void Stage::rejected(data::RecordRef record, Failure failure) {
  Delivery& page = *record->delivery;
  page.failed(std::move(failure));
  close_one(page);
}

void Stage::close_one(Delivery& page) {
  if (page.closed()) passage_.closed(page);
}

}  // namespace sluice::flow
