// Asking in parallel, waiting until the deadline, fusing what came.
#include "search/searcher.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice::search {
namespace {

// Questions under way times providers; past it they queue, and their deadline runs.
constexpr std::size_t kWorkers = 16;
// A fused page needs more of every list than it shows, or a document in the middle of two lists
// would come up only on a later page. Lists this deep make the first pages stable.
constexpr std::size_t kFusedWindow = 100;
// Where a provider's matches are all it has, more than this is not counted.
constexpr uint64_t kMostCounted = 10'000;
// How often it is asked whether the last question of an old plan has its answer.
constexpr std::chrono::milliseconds kLookAgain{5};

sluice_str to_c(const std::string& s) { return {s.data(), s.size()}; }

// What somebody reads whose search has found nobody.
std::string nobody_answered(const std::vector<Missing>& missing) {
  std::string text;
  for (const auto& [provider, why] : missing) {
    text += (text.empty() ? "no search provider answered: " : ", ") + provider +
            (why == Missing::Why::kLate ? " did not answer in time" : " failed");
  }
  return text;
}

// Whether the far end is to blame, rather than the question.
bool is_trouble(sluice_status status) {
  return status < 0 && status != SLUICE_E_REJECT && status != SLUICE_E_STOPPING;
}

// What a component has shown by its answer.
void note(const flow::StageComponent& stage, sluice_status status, const sluice_error& err) {
  if (status == SLUICE_OK) return stage.instance->trouble().worked();
  if (is_trouble(status)) stage.instance->trouble().failed(plugin::sentence_of(status, err));
}

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::kSemantic:
      return "semantic";
    case Mode::kKeyword:
      return "keyword";
    default:
      return "hybrid";
  }
}

uint64_t to_ns(Steady::time_point at) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

}  // namespace

// A provider that misses the deadline writes its answer here when nobody waits any more.
struct Searcher::Round {
  Query query;
  std::shared_ptr<const Plan> plan;
  std::size_t depth = 0;  // documents asked of each provider
  Steady::time_point deadline;
  std::vector<const Provider*> providers;  // those of the plan that the mode asks

  void choose_providers() {
    for (const auto& provider : plan->providers) {
      const bool is_semantic = provider.kind == config::SearchKind::kSemantic;
      if (query.mode == Mode::kHybrid || is_semantic == (query.mode == Mode::kSemantic))
        providers.push_back(&provider);
    }
  }

  // What one embedder made is of no use to the next.
  std::string cache_key() const { return std::to_string(plan->embedder_number) + ' ' + query.text; }

  std::mutex mutex;
  std::condition_variable news;
  EmbeddingCache::Vector vector;  // guarded by mutex
  bool is_embedded = false;       // guarded by mutex
  bool has_vector = false;        // guarded by mutex
  struct Slot {
    bool is_ok = false;
    Missing::Why why = Missing::Why::kLate;  // as long as nothing has come
    data::Hits hits;
  };
  std::vector<Slot> slots;  // guarded by mutex
  std::size_t open = 0;     // guarded by mutex: slots not done
};

Searcher::Searcher(const flow::Components& components, observe::Metrics& metrics)
    : metrics_(metrics), embeddings_({}), workers_("search", kWorkers) {
  adopt(components, components.wiring().search);
}

void Searcher::adopt(const flow::Components& components, const config::SearchWiring& wiring) {
  auto plan = std::make_shared<Plan>();
  plan->rrf_k = wiring.rrf_k;
  plan->timeout = wiring.timeout;
  embeddings_.set_limits({wiring.cache.entries, wiring.cache.ttl});
  for (const auto& spec : wiring.providers) {
    const auto stage = components.share(spec.stage);
    plan->providers.push_back({spec.stage, spec.weight, spec.kind, stage,
                               stage->role<sluice_search>(SLUICE_ROLE_SEARCH)});
    missed(spec.stage, 0);  // there before it first counts
  }
  if (wiring.embed) {
    plan->embedder = components.share(*wiring.embed);
    plan->embed_table = plan->embedder->role<sluice_embed>(SLUICE_ROLE_EMBED);
  }
  const auto before = plan_.load();
  if (before) {
    plan->embedder_number = before->embedder_number + (plan->embedder == before->embedder ? 0 : 1);
  }
  plan_.store(std::move(plan));
}

bool Searcher::leave_out(const std::vector<std::string>& stages, Steady::time_point deadline) {
  auto plan = std::make_shared<Plan>(*plan_.load());
  const auto is_left_out = [&](const std::string& stage) {
    return std::find(stages.begin(), stages.end(), stage) != stages.end();
  };
  for (auto& provider : plan->providers) {
    if (is_left_out(provider.stage)) provider.component = nullptr;
  }
  if (plan->embedder && is_left_out(plan->embedder->name)) plan->embedder = nullptr;
  const std::weak_ptr<const Plan> before = plan_.load();
  plan_.store(std::move(plan));
  while (!before.expired() && Steady::now() < deadline) std::this_thread::sleep_for(kLookAgain);
  return before.expired();
}

void Searcher::missed(const std::string& provider, double times) const {
  metrics_
      .counter("sluice_search_partial_total", "Answers that a provider was missing from",
               {{"provider", provider}})
      .add(times);
}

bool Searcher::take_cached_embedding(Round& round) {
  auto vector = embeddings_.find(round.cache_key(), Steady::now());
  metrics_
      .counter("sluice_query_cache_total", "Queries by whether their embedding was at hand",
               {{"result", vector ? "hit" : "miss"}})
      .add();
  if (!vector) return false;
  const std::scoped_lock lock(round.mutex);
  round.vector = std::move(vector);
  round.is_embedded = true;
  round.has_vector = true;
  return true;
}

void Searcher::embed(Round& round) {
  std::vector<float> vector;
  bool is_ok = false;
  const Plan& plan = *round.plan;
  if (plan.embedder) {
    const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
    sluice_error err = plugin::fresh_error();
    const sluice_str text = to_c(round.query.text);
    const plugin::Component& embedder = *plan.embedder->component;
    uint32_t dimension = 0;
    embedder.call("dimension", [&] { dimension = plan.embed_table->dimension(embedder.raw()); });
    vector.resize(dimension);
    sluice_status status = SLUICE_E_RETRY;
    if (dimension > 0) {
      status = embedder.call("embed", [&] {
        return plan.embed_table->embed(embedder.raw(), &text, 1, SLUICE_EMBED_QUERY, vector.data(),
                                       &err);
      });
      note(*plan.embedder, status, err);
    }
    is_ok = status == SLUICE_OK;
  }
  auto shared = std::make_shared<const std::vector<float>>(std::move(vector));
  if (is_ok) embeddings_.add(round.cache_key(), shared, Steady::now());
  const std::scoped_lock lock(round.mutex);
  round.vector = std::move(shared);
  round.has_vector = is_ok;
  round.is_embedded = true;
  round.news.notify_all();
}

void Searcher::ask_provider(Round& round, std::size_t index) {
  const Provider& provider = *round.providers[index];
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  sluice_search_request request{};
  request.struct_size = sizeof request;
  request.limit = static_cast<uint32_t>(round.depth);
  request.text = to_c(round.query.text);
  request.filter = to_c(round.query.filter);
  request.deadline = to_ns(round.deadline);
  EmbeddingCache::Vector vector;  // for as long as the provider looks at it
  bool can_ask = provider.component != nullptr;
  auto why = Missing::Why::kFailed;
  if (can_ask && (provider.table->flags & SLUICE_SEARCH_WANTS_VECTOR) != 0) {
    std::unique_lock lock(round.mutex);
    if (!round.news.wait_until(lock, round.deadline, [&] { return round.is_embedded; })) {
      why = Missing::Why::kLate;
    }
    can_ask = round.has_vector;
    if (can_ask) {
      vector = round.vector;
      request.vector = {vector->data(), vector->size()};
    }
  }
  data::Hits hits;
  bool is_ok = false;
  if (can_ask) {
    sluice_error err = plugin::fresh_error();
    const plugin::Component& component = *provider.component->component;
    const sluice_status status = component.call(
        "search", [&] { return provider.table->search(component.raw(), &request, &hits, &err); });
    note(*provider.component, status, err);
    is_ok = status == SLUICE_OK;
    if (status == SLUICE_E_TIMEOUT) why = Missing::Why::kLate;
  }
  const std::scoped_lock lock(round.mutex);
  round.slots[index] = {is_ok, why, std::move(hits)};
  --round.open;
  round.news.notify_all();
}

Result<Answer> Searcher::ask(const Query& query) {
  const auto began = Steady::now();
  auto round = std::make_shared<Round>();  // shared with providers that come late
  round->query = query;
  round->plan = plan_.load();
  round->choose_providers();
  if (round->providers.empty()) {
    return Error{Fault::kNotFound, std::string("this pipeline has no ") + name_of(query.mode) +
                                       " search; see `search:` in its file"};
  }
  const std::size_t wanted = query.offset + query.limit;
  round->depth = round->providers.size() > 1 ? std::max(wanted, kFusedWindow) : wanted;
  round->deadline = began + round->plan->timeout;
  round->slots.resize(round->providers.size());
  round->open = round->providers.size();
  const bool needs_vector = std::any_of(
      round->providers.begin(), round->providers.end(),
      [](const auto* p) { return (p->table->flags & SLUICE_SEARCH_WANTS_VECTOR) != 0; });
  if (needs_vector && !take_cached_embedding(*round)) {
    workers_.post([this, round] { embed(*round); });
  }
  for (std::size_t i = 0; i < round->providers.size(); ++i) {
    workers_.post([round, i] { ask_provider(*round, i); });
  }

  Answer answer;
  std::vector<RankedList> lists;
  {
    std::unique_lock lock(round->mutex);
    round->news.wait_until(lock, round->deadline, [&] { return round->open == 0; });
    for (std::size_t i = 0; i < round->slots.size(); ++i) {
      auto& slot = round->slots[i];
      if (slot.is_ok) {
        lists.push_back({std::move(slot.hits), round->providers[i]->weight});
      } else {
        answer.partial.push_back({round->providers[i]->stage, slot.why});
      }
    }
  }
  for (const auto& missing : answer.partial) missed(missing.provider, 1);
  if (lists.empty()) return Error{Fault::kUnavailable, nobody_answered(answer.partial)};
  for (const auto& list : lists) {
    const uint64_t total = list.hits.total.value_or(list.hits.hits.size());
    if (total > answer.total || (total == answer.total && list.hits.total_is_exact)) {
      answer.total = total;
      answer.total_is_exact = list.hits.total_is_exact;
    }
  }
  if (query.mode != Mode::kKeyword && answer.total >= kMostCounted) {
    answer.total_is_exact = answer.total_is_exact && answer.total == kMostCounted;
    answer.total = kMostCounted;
  }
  auto found = round->providers.size() > 1 ? fuse(std::move(lists), round->plan->rrf_k)
                                           : rank(std::move(lists.front()));
  const auto first = std::min(query.offset, found.size());
  const auto last = std::min(wanted, found.size());
  answer.results.assign(std::make_move_iterator(found.begin() + static_cast<std::ptrdiff_t>(first)),
                        std::make_move_iterator(found.begin() + static_cast<std::ptrdiff_t>(last)));
  metrics_
      .histogram("sluice_search_seconds", "Time to answer a search", observe::Buckets::kSeconds,
                 {{"mode", name_of(query.mode)}})
      .observe(std::chrono::duration<double>(Steady::now() - began).count());
  return answer;
}

std::vector<ProviderStats> Searcher::stats() {
  std::vector<ProviderStats> all;
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  const auto plan = plan_.load();
  for (const auto& provider : plan->providers) {
    ProviderStats one;
    one.stage = provider.stage;
    one.is_keyword = provider.kind == config::SearchKind::kKeyword;
    if (provider.component) {
      one.plugin = provider.component->plugin;
      one.settings = provider.component->config.shown;
    }
    if (provider.component && SLUICE_HAS_FN(provider.table, stats)) {
      sluice_search_stats counts{};
      counts.struct_size = sizeof counts;
      sluice_error err = plugin::fresh_error();
      const plugin::Component& component = *provider.component->component;
      one.answered = component.call("stats", [&] {
        return provider.table->stats(component.raw(), &counts, &err);
      }) == SLUICE_OK;
      one.documents = counts.documents;
      one.chunks = counts.chunks;
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace sluice::search
