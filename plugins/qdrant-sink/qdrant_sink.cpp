// qdrant-sink: the sluice.sink/1 and sluice.search/1 roles over one collection of a Qdrant.
#include "common/json/record_metadata.hpp"
#include "common/outage/host_log.hpp"
#include "common/settings/refusals.hpp"
#include "finder.hpp"
#include "host_wire.hpp"
#include "payload.hpp"
#include "point_writer.hpp"
#include "server.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace qdrant_sink {
namespace {

using plugin_common::Outage;

constexpr auto kSchema = sluice::object(
    sluice::text("url").required().format("uri").describe(
        "Where Qdrant is: http://host:6333, or https."),
    sluice::text("api_key").secret().describe("Sent with every request."),
    sluice::text("collection")
        .required()
        .with("minLength", "1")
        .describe("Where the points go. Made with the first vector when it is not there."),
    sluice::boolean("create").otherwise(true).describe(
        "Whether a collection that is not there is made."),
    sluice::choice("distance", R"(["Cosine","Dot","Euclid","Manhattan"])")
        .otherwise("Cosine")
        .describe("How vectors are compared; must be the collection's."),
    sluice::boolean("on_disk").otherwise(false).describe(
        "Whether a collection that is made keeps its vectors on disk."),
    sluice::choice("quantization", R"(["none","int8"])")
        .otherwise("none")
        .describe("Whether a collection that is made searches codes of a quarter of the size."),
    sluice::boolean("wait").otherwise(true).describe(
        "Whether a write is done once it is applied, rather than once Qdrant has it."),
    sluice::integer("max_points")
        .range(1, 100'000)
        .otherwise(256)
        .describe("Points of one request."),
    sluice::bytes("max_bytes")
        .otherwise("16MiB")
        .describe("Size of one request; Qdrant itself takes 32 MiB."),
    sluice::text("vector")
        .otherwise("dense")
        .with("minLength", "1")
        .describe("The records' vector, and what it is called in the collection."));

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC here

// How soon a server that is away is asked again.
constexpr std::chrono::milliseconds kAskAgain{500};

sluice::Status status_of(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kReject:
      return sluice::Status::reject(verdict.sentence);
    case Verdict::Kind::kRetry:
      return sluice::Status::retry(verdict.sentence, verdict.after);
    case Verdict::Kind::kBusy:
      return sluice::Status::busy(verdict.sentence, std::max(verdict.after, kAskAgain));
    case Verdict::Kind::kDone:
      break;
  }
  return {};
}

sluice::Status status_of(const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::kBad:
      return sluice::Status::reject(fault.sentence);
    case Fault::Kind::kLate:
      return {SLUICE_E_TIMEOUT, fault.sentence};
    default:
      return sluice::Status::retry(fault.sentence, fault.after);
  }
}

Outage::Cure cure_of(const Fault& fault) {
  const bool wants_somebody =
      fault.kind == Fault::Kind::kMisfit || fault.kind == Fault::Kind::kDenied;
  return wants_somebody ? Outage::Cure::kPerson : Outage::Cure::kTime;
}

// What is left until the request's deadline; none is as good as a long one.
std::chrono::milliseconds time_left(const sluice_search_request& request) {
  if (request.deadline == 0) return std::chrono::seconds{30};
  const auto deadline = Clock::time_point(std::chrono::nanoseconds(request.deadline));
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
}

// A little before the host gives the batch up, so that the verdict and its reason come first.
Clock::time_point deadline_of(const sluice::Batch& batch) {
  constexpr std::chrono::milliseconds kMostHaste{500};
  if (batch.deadline() == 0) return Clock::time_point::max();
  const Clock::time_point at{std::chrono::nanoseconds(batch.deadline())};
  return at - std::min<Clock::duration>(kMostHaste, (at - Clock::now()) / 10);
}

// The dimension of the embedder that feeds this stage, which the host offers under the empty name;
// 0 where it does not, or before the embedder knows it: then the first vector tells.
uint64_t dimension_of_embedder(const sluice::Host& host) {
  const auto* services = host.find<sluice_services>(SLUICE_IFACE_SERVICES);
  if (services == nullptr) return 0;
  sluice_service embedder{};
  embedder.struct_size = sizeof embedder;
  if (services->acquire(host.raw(), {}, SLUICE_ROLE_EMBED, &embedder, nullptr) != SLUICE_OK)
    return 0;
  const uint32_t size =
      static_cast<const sluice_embed*>(embedder.role)->dimension(embedder.component);
  services->release(host.raw(), &embedder);
  return size;
}

// Writes and searches come from several workers at once; what they use is made in start and let go
// in stop, which the host never runs together with them.
class QdrantSink final : public sluice::Component, public sluice::Sink, public sluice::Search {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;
  static constexpr uint32_t kSearchWants = SLUICE_SEARCH_WANTS_VECTOR;

  sluice::Status configure(sluice::Config config) override {
    plugin_common::Refusals refusals;
    auto place = place_of(config.text("/url"));
    if (const auto* wrong = std::get_if<std::string>(&place)) {
      refusals.add("/url", *wrong);
    } else {
      collection_.place = std::get<Place>(std::move(place));
    }
    api_key_ = config.text("/api_key");
    collection_.place.has_key = !api_key_.empty();
    collection_.name = config.text("/collection");
    collection_.vector = config.text("/vector");
    collection_.distance = config.text("/distance");
    collection_.storage = config.boolean("/on_disk") ? Storage::kDisk : Storage::kMemory;
    collection_.quantization =
        config.text("/quantization") == "int8" ? Quantization::kInt8 : Quantization::kNone;
    collection_.missing = config.boolean("/create") ? Missing::kIsMade : Missing::kIsAFault;
    writer_.max_points = static_cast<std::size_t>(config.integer("/max_points"));
    writer_.max_bytes = static_cast<std::size_t>(config.integer("/max_bytes"));
    writer_.durability = config.boolean("/wait") ? Durability::kWaitedFor : Durability::kTaken;
    if (config.integer("/max_bytes") <= 0)
      refusals.add("/max_bytes", "must be more than nothing, 16MiB for example");
    return refusals.status();
  }

  // A Qdrant that is away now may come later; one whose collection does not fit will not change by
  // itself.
  sluice::Status start() override {
    link_ = std::make_unique<Link>(*this);
    auto seen = look(*link_, dimension_of_embedder(host()));
    if (const auto* fault = std::get_if<Fault>(&seen)) {
      if (fault->kind == Fault::Kind::kMisfit) return {SLUICE_E_CONFIG, fault->sentence};
      link_->writes.failed(fault->sentence, cure_of(*fault));
    } else {
      greet(std::get<ServerFacts>(seen));
    }
    return {};
  }

  void stop() override { link_.reset(); }

  sluice::Status probe() override {
    Link link(*this);
    auto seen = look(link, 0);  // a collection that is not there is not made for a probe
    if (const auto* fault = std::get_if<Fault>(&seen)) return {SLUICE_E_RETRY, fault->sentence};
    const auto misfit = link.collection.misfit_of(dimension_of_embedder(host()));
    if (misfit) return {SLUICE_E_CONFIG, misfit->sentence};
    return {SLUICE_OK,
            "Qdrant " + std::get<ServerFacts>(seen).version + ", collection " + collection_.name};
  }

  sluice::Status write(sluice::Batch& batch) override {
    std::vector<std::string> metadata(batch.size());  // what the changes look at
    std::vector<Change> changes;
    changes.reserve(batch.size());
    for (uint32_t i = 0; i < batch.size(); ++i)
      changes.push_back(change_for(batch[i], metadata[i]));
    const auto verdicts = link_->writer.apply(
        changes, {.is_wanted = [&] { return !batch.abandoned(); }, .deadline = deadline_of(batch)});
    for (uint32_t i = 0; i < batch.size(); ++i) batch.settle(i, status_of(verdicts[i]));
    return {};
  }

  sluice::Status search(const sluice_search_request& request, const sluice::Hits& hits) override {
    const auto timeout = time_left(request);
    if (timeout.count() <= 0) return {SLUICE_E_TIMEOUT, "There is no time left to ask Qdrant."};
    const auto answer = link_->finder.search({.vector = {request.vector.data, request.vector.size},
                                              .limit = request.limit,
                                              .filter = sluice::to_cpp(request.filter),
                                              .timeout = timeout});
    if (const auto* fault = std::get_if<Fault>(&answer)) return failed(*fault);
    link_->searches.succeeded();
    const Found& found = std::get<Found>(answer);
    for (const GroupHit& hit : found.hits) {
      const std::string id = hit.document_id + "#" + std::to_string(hit.ordinal);
      sluice_hit out{};
      out.struct_size = sizeof out;
      out.score = static_cast<float>(hit.score);
      out.id = sluice::to_c(id);
      out.document_id = sluice::to_c(hit.document_id);
      out.text = sluice::to_c(hit.text);
      out.metadata = sluice::to_c(hit.metadata);
      hits(out);
    }
    hits.total(found.documents, found.is_exact);
    return {};
  }

  sluice::Status stats(sluice_search_stats& out) override {
    const auto counted = link_->finder.count();
    if (const auto* fault = std::get_if<Fault>(&counted)) return failed(*fault);
    link_->searches.succeeded();
    const auto& census = std::get<Census>(counted);
    out.documents = census.documents;
    out.chunks = census.points;
    return {};
  }

 private:
  // Everything that speaks to Qdrant, in the order of who uses whom.
  struct Link {
    explicit Link(const QdrantSink& sink)
        : writes("Qdrant", plugin_common::log_of(sink.host()), plugin_common::tell_of(sink.host())),
          searches("Qdrant", plugin_common::log_of(sink.host()),
                   plugin_common::tell_of(sink.host())),
          wire(HostWire(sink.host(), sink.collection_.place.url, sink.api_key_)),
          collection(sink.collection_, wire),
          writer(sink.writer_, collection, wire,
                 [this](const Fault* fault) {
                   if (fault != nullptr) {
                     writes.failed(fault->sentence, cure_of(*fault));
                   } else {
                     writes.succeeded();
                   }
                 }),
          finder(collection, wire) {}

    // Apart: a key that may only look fails the one and not the other.
    Outage writes;
    Outage searches;
    Wire wire;
    Collection collection;
    PointWriter writer;
    Finder finder;
  };

  std::variant<ServerFacts, Fault> look(Link& link, uint64_t size) const {
    auto facts = look_at(collection_.place, link.wire);
    if (std::holds_alternative<Fault>(facts)) return facts;
    auto shape = link.collection.ensure(size);
    if (auto* fault = std::get_if<Fault>(&shape)) return std::move(*fault);
    return facts;
  }

  void greet(const ServerFacts& facts) const {
    host().log(SLUICE_LOG_INFO, "Qdrant answers",
               {{sluice::to_c("at"), sluice::text_value(collection_.place.url)},
                {sluice::to_c("version"), sluice::text_value(facts.version)},
                {sluice::to_c("collection"), sluice::text_value(collection_.name)},
                {sluice::to_c("latency_ms"), sluice::integer_value(facts.latency.count())}});
  }

  sluice::Status failed(Fault fault) {
    sluice::Status status = status_of(fault);
    fault.sentence = "A search failed. " + fault.sentence;
    if (fault.kind != Fault::Kind::kBad) link_->searches.failed(fault.sentence, cure_of(fault));
    return status;
  }

  // `metadata` keeps the text that the change looks at.
  Change change_for(const sluice::Record& record, std::string& metadata) const {
    Change change;
    change.kind = Change::Kind::kRemove;
    change.document_id = record.document_id();
    if (record.op() == SLUICE_TRIM) change.ordinal = record.chunk_count();
    if (record.op() != SLUICE_UPSERT) return change;
    metadata = plugin_common::metadata_members(record, is_ours);
    if (const auto language = record.meta("language"); language && language->kind == SLUICE_TEXT)
      append_language_ranges(metadata, sluice::to_cpp(language->as.str));
    change.kind = Change::Kind::kPut;
    change.ordinal = record.ordinal();
    change.vector = record.vector(collection_.vector);
    change.text = record.text();
    change.metadata = metadata;
    return change;
  }

  std::string api_key_;
  CollectionSettings collection_;
  WriterSettings writer_;
  std::unique_ptr<Link> link_;
};

constexpr sluice_descriptor kQdrantSink =
    sluice::component<QdrantSink>({.id = "sluice.qdrant-sink",
                                   .version = "0.1.0",
                                   .summary = "Vectors into a Qdrant collection, and search in it",
                                   .config_schema = kSchema.c_str(),
                                   .vendor = "Sluice",
                                   .license = "MIT"});

}  // namespace
}  // namespace qdrant_sink

SLUICE_PLUGIN("sluice.qdrant-sink", &qdrant_sink::kQdrantSink)
