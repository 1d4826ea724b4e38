#include "collection.hpp"

#include "answers.hpp"
#include "payload.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace qdrant_sink {
namespace {

using std::chrono::seconds;

// Making a collection goes through consensus in a cluster, and an index reads every point.
constexpr seconds kMakeTimeout{60};
constexpr seconds kLookTimeout{10};
// What only a person can mend is not asked about all the time.
constexpr seconds kAskAgain{30};

// Any name is one segment of a path.
std::string path_segment(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char letter : name) {
    const bool is_alphanumeric = (letter >= '0' && letter <= '9') ||
                                 (letter >= 'A' && letter <= 'Z') ||
                                 (letter >= 'a' && letter <= 'z');
    if (is_alphanumeric || kPlain.find(letter) != std::string_view::npos) {
      out += letter;
      continue;
    }
    const auto byte = static_cast<unsigned char>(letter);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xFU];
  }
  return out;
}

}  // namespace

Collection::Collection(CollectionSettings settings, const Wire& wire)
    : settings_(std::move(settings)),
      target_("/collections/" + path_segment(settings_.name)),
      wire_(wire) {}

Reply Collection::ask(Call call) const { return std::move(wire_({&call, 1}).front()); }

// Ends a look, however it ended.
class Collection::Turn {
 public:
  explicit Turn(Collection& collection) : collection_(collection) {}
  ~Turn() {
    const std::lock_guard lock(collection_.mutex_);
    collection_.is_looking_ = false;
    ++collection_.looks_;
    collection_.looked_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Collection& collection_;
};

std::variant<Shape, Fault> Collection::ensure(std::uint64_t size) {
  {
    std::unique_lock lock(mutex_);
    const std::uint64_t looks = looks_;
    // As long as the requests of whoever looks.
    looked_.wait(lock, [&] { return !is_looking_; });
    if (shape_) {
      auto fault = why_size_differs(shape_->size, size);
      if (!fault) return *shape_;
      shape_.reset();  // it may have been made anew by the time we are asked again
      return std::move(*fault);
    }
    // A server that did not answer the one would not answer all who waited, one after the other.
    if (looks_ != looks && outage_) return *outage_;
    is_looking_ = true;
  }
  const Turn turn(*this);
  auto looked = find_or_make(size);
  const auto* shape = std::get_if<Shape>(&looked);
  const auto* fault = std::get_if<Fault>(&looked);
  const std::lock_guard lock(mutex_);
  if (shape != nullptr && shape->size > 0) shape_ = *shape;
  outage_.reset();
  // What does not fit the vectors of one may fit those of another.
  if (fault != nullptr && fault->kind != Fault::Kind::kMisfit) outage_ = *fault;
  return looked;
}

std::optional<Fault> Collection::misfit_of(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  return shape_ ? why_size_differs(shape_->size, size) : std::nullopt;
}

void Collection::forget() {
  const std::lock_guard lock(mutex_);
  shape_.reset();
}

std::variant<Shape, Fault> Collection::find_or_make(std::uint64_t size) {
  for (const bool may_make : {true, false}) {
    const Reply reply = ask({.method = "GET", .target = target_, .timeout = kLookTimeout});
    auto fault = fault_of(settings_.place, reply);
    if (!fault) return verified(reply.body, size);
    if (fault->kind != Fault::Kind::kMissing) return std::move(*fault);
    if (settings_.missing == Missing::kIsAFault)
      return misfit("is not there; make it, or set 'create: true'");
    if (size == 0) return Shape{};
    if (!may_make) return std::move(*fault);
    if (auto failed = make(size)) return std::move(*failed);
  }
  return nonsense(settings_.place);
}

// Somebody else may make it at the same moment: that is as good.
std::optional<Fault> Collection::make(std::uint64_t size) {
  constexpr unsigned kConflict = 409;
  const Reply reply = ask({.method = "PUT",
                           .target = target_,
                           .body = create_body({.vector = settings_.vector,
                                                .size = size,
                                                .distance = settings_.distance,
                                                .storage = settings_.storage,
                                                .quantization = settings_.quantization}),
                           .timeout = kMakeTimeout});
  if (reply.way == Reply::Way::kAnswered && reply.status == kConflict) return std::nullopt;
  auto fault = fault_of(settings_.place, reply);
  if (fault && fault->kind == Fault::Kind::kBad)
    return misfit("cannot be made; " + fault->sentence);
  return fault;
}

std::variant<Shape, Fault> Collection::verified(const std::string& text, std::uint64_t size) {
  const auto info = collection_info(text);
  if (!info) return nonsense(settings_.place);
  const auto& vectors = info->vectors;
  const auto ours = std::find_if(vectors.begin(), vectors.end(), [&](const auto& vector) {
    return vector.name.empty() || vector.name == settings_.vector;
  });
  if (ours == vectors.end()) {
    return misfit("has no vector named '" + settings_.vector +
                  "'; set 'vector' to one that it has, or another 'collection'");
  }
  if (ours->distance != settings_.distance) {
    return misfit("measures distance by " + ours->distance + ", not " + settings_.distance +
                  "; set 'distance', or another 'collection'");
  }
  if (auto fault = why_size_differs(ours->size, size)) return std::move(*fault);
  for (const IndexedField& field : kIndexedFields) {
    if (info->indexed.contains(field.name)) continue;
    const Reply reply = ask({.method = "PUT",
                             .target = target("/index?wait=true"),
                             .body = index_body(field.name, field.type),
                             .timeout = kMakeTimeout});
    if (auto fault = fault_of(settings_.place, reply)) return std::move(*fault);
  }
  return Shape{.size = ours->size, .vector_name = ours->name};
}

Fault Collection::misfit(const std::string& what) const {
  return {.kind = Fault::Kind::kMisfit,
          .sentence = "The collection '" + settings_.name + "' at " + settings_.place.url + " " +
                      what + ".",
          .after = kAskAgain};
}

std::optional<Fault> Collection::why_size_differs(std::uint64_t has, std::uint64_t wanted) const {
  if (wanted == 0 || has == wanted) return std::nullopt;
  return misfit("holds vectors of " + std::to_string(has) + " dimensions, but the embedder makes " +
                std::to_string(wanted) +
                "; use the embedder that filled it, or another 'collection'");
}

}  // namespace qdrant_sink
