// sluice.emit/1 and sluice.crawls/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <chrono>
#include <future>
#include <new>

namespace sluice::services {
namespace {

// For calls of the ABI that return when the disk has it.
sluice_status take_and_wait(Instance& instance, Event event, sluice_status* verdict) {
  // The pipeline makes room on [io]: waiting for it there would be waiting for oneself.
  if (plugin::current_thread_tag() == plugin::ThreadTag::kIo) event.wait_ms = 0;
  std::promise<sluice_status> ended;
  auto result = ended.get_future();
  const auto taken = [&](sluice_status status, const sluice_status* verdicts) {
    if (status == SLUICE_OK && verdict) *verdict = verdicts[0];
    ended.set_value(status);
  };
  try {
    instance.intake()->take(instance.name(), event, taken);
  } catch (const std::bad_alloc&) {
    return SLUICE_E_RETRY;
  }
  return result.get();
}

sluice_status push(const sluice_host* h, sluice_record* r, uint64_t cookie, uint32_t wait_ms) {
  Instance& instance = instance_of(h);
  Event event;
  event.records = {&r, 1};
  event.cookies = &cookie;
  event.wait_ms = wait_ms;
  sluice_status verdict = SLUICE_OK;
  const sluice_status status = take_and_wait(instance, event, &verdict);
  if (status == SLUICE_OK && verdict == SLUICE_DROPPED) {
    instance.intake()->settle_duplicate(instance.name(), cookie);
  }
  return status;
}

sluice_status close_group(const sluice_host* h, sluice_str group) {
  if (group.size == 0) return SLUICE_E_INVALID;
  Event event;
  event.group = to_view(group);
  event.ends = SLUICE_CRAWL_COMPLETED;
  return take_and_wait(instance_of(h), event, nullptr);
}

void finished(const sluice_host* h) {
  Instance& instance = instance_of(h);
  instance.intake()->finished(instance.name());
}

void report(const sluice_host* h, const sluice_crawl_event* event,
            void (*done)(void*, sluice_status, const sluice_status*), void* ctx) {
  Instance& instance = instance_of(h);
  instance.began();
  auto taken = [&instance, done, ctx](sluice_status status, const sluice_status* verdicts) {
    instance.call_back("report done", plugin::ThreadTag::kIo, [&] { done(ctx, status, verdicts); });
    instance.ended();
  };
  if (event->group.size == 0 || event->ends > SLUICE_CRAWL_FAILED) {
    return taken(SLUICE_E_INVALID, nullptr);
  }
  Event view{to_view(event->group), {event->records, event->record_count},
             event->cookies,        {event->left_out, event->left_out_count},
             event->ends,           event->wait_ms};
  if (SLUICE_HAS(event, fetch)) view.fetch = event->fetch;
  if (SLUICE_HAS(event, flags)) view.flags = event->flags;
  if (SLUICE_HAS(event, warning)) view.warning = to_view(event->warning);
  try {
    instance.intake()->take(instance.name(), view, taken);
  } catch (const std::bad_alloc&) {
    taken(SLUICE_E_RETRY, nullptr);
  }
}

sluice_status unfinished(const sluice_host* h, uint32_t quiet_ms, uint32_t limit,
                         void (*fn)(void*, const sluice_unfinished*), void* ctx) {
  Instance& instance = instance_of(h);
  if (!instance.intake()) return SLUICE_E_UNSUPPORTED;
  const auto found =
      instance.intake()->unfinished(instance.name(), std::chrono::milliseconds(quiet_ms), limit);
  if (!found) return SLUICE_E_RETRY;
  for (const crawls::UnfinishedCrawl& crawl : *found) {
    const sluice_unfinished one{sizeof one, static_cast<uint32_t>(crawl.fetch),
                                to_c(crawl.crawl_id), crawl.is_closed ? 1U : 0U, 0};
    fn(ctx, &one);
  }
  return SLUICE_OK;
}

}  // namespace

const sluice_emit& emit_table() {
  static constexpr sluice_emit kTable = {sizeof(sluice_emit), 0, push, close_group, finished};
  return kTable;
}

const sluice_crawls& crawls_table() {
  static constexpr sluice_crawls kTable = {sizeof(sluice_crawls), 0, report, unfinished};
  return kTable;
}

}  // namespace sluice::services
