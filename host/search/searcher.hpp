// Searcher: one question to all providers at once, with one deadline for everything.
#pragma once

#include "base/clock.hpp"
#include "base/latest.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "config/wiring.hpp"
#include "flow/components.hpp"
#include "observe/metrics.hpp"
#include "search/embedding_cache.hpp"
#include "search/fusion.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::search {

enum class Mode : uint8_t { kHybrid, kSemantic, kKeyword };

struct Query {
  std::string text;
  Mode mode = Mode::kHybrid;
  std::size_t limit = 10;
  std::size_t offset = 0;
  std::string filter;  // JSON object as abi/roles.h has it; empty: none
};

// A provider that is missing from an answer.
struct Missing {
  enum class Why : uint8_t { kLate, kFailed };
  std::string provider;
  Why why = Why::kLate;
};

struct Answer {
  std::vector<Found> results;  // offset and limit applied
  uint64_t total = 0;          // matching documents
  bool total_is_exact = true;
  std::vector<Missing> partial;
};

struct ProviderStats {
  std::string stage;
  std::string plugin;
  std::string settings;  // JSON, secrets hidden
  bool is_keyword = false;
  bool answered = false;
  uint64_t documents = 0;
  uint64_t chunks = 0;
};

// Owned by the app. Any thread that may block.
class Searcher {
 public:
  Searcher(const flow::Components& components, observe::Metrics& metrics);

  // Components in which a question fails are in trouble until one does not.
  // Fault::kUnavailable when no provider answered, Fault::kNotFound when the pipeline has none for
  // this mode.
  Result<Answer> ask(const Query& query);
  // What every provider holds.
  std::vector<ProviderStats> stats();
  // Asks these components from now on, as `wiring` says; questions under way end as they began.
  void adopt(const flow::Components& components, const config::SearchWiring& wiring);
  // From now on nobody calls the components of these stages: they are missing from answers until
  // the next adopt. Returns when questions under way have let go of them; false: the deadline has
  // passed before that.
  bool leave_out(const std::vector<std::string>& stages, Steady::time_point deadline);

 private:
  struct Provider {
    std::string stage;
    double weight = 1.0;
    config::SearchKind kind = config::SearchKind::kKeyword;
    std::shared_ptr<const flow::StageComponent> component;  // none: left out
    const sluice_search* table = nullptr;
  };
  struct Plan {  // who is asked, and how
    std::vector<Provider> providers;
    std::shared_ptr<const flow::StageComponent> embedder;  // none: there is none, or left out
    const sluice_embed* embed_table = nullptr;
    uint64_t embedder_number = 0;  // one more with each that takes the place of another
    std::size_t rrf_k = 0;
    std::chrono::milliseconds timeout{};
  };
  struct Round;  // one question under way, shared with providers that may be late

  void missed(const std::string& provider, double times) const;
  void embed(Round& round);
  bool take_cached_embedding(Round& round);
  static void ask_provider(Round& round, std::size_t index);

  observe::Metrics& metrics_;
  Latest<Plan> plan_;
  EmbeddingCache embeddings_;
  WorkerPool workers_;
};

}  // namespace sluice::search
