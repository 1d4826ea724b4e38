// Collection: the one that points go to, made or verified before the first of them.
#pragma once

#include "fault.hpp"
#include "requests.hpp"
#include "wire.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace qdrant_sink {

enum class Missing { kIsMade, kIsAFault };

struct CollectionSettings {
  Place place;
  std::string name;
  std::string vector = "dense";
  std::string distance = "Cosine";
  Storage storage = Storage::kMemory;
  Quantization quantization = Quantization::kNone;
  Missing missing = Missing::kIsMade;
};

// What points and queries must look like.
struct Shape {
  std::uint64_t size = 0;   // dimensions; 0: there is no collection yet
  std::string vector_name;  // empty: its vectors have no names
};

// Any thread may call; while one looks, the others wait for what it finds.
class Collection {
 public:
  Collection(CollectionSettings settings, const Wire& wire);

  // The shape, after making sure that the collection is there, fits the settings and vectors of
  // `size`, and has its indexes. With `size` 0 one that is not there stays so. Remembered until
  // `forget`; only faults are looked at again.
  std::variant<Shape, Fault> ensure(std::uint64_t size);
  // What speaks against vectors of this size, after ensure; makes nothing.
  std::optional<Fault> misfit_of(std::uint64_t size);
  // Somebody made it anew, or dropped it.
  void forget();

  const CollectionSettings& settings() const { return settings_; }
  // "/collections/docs" and more.
  std::string target(std::string_view more = {}) const { return target_ + std::string(more); }

 private:
  class Turn;

  std::variant<Shape, Fault> find_or_make(std::uint64_t size);
  std::optional<Fault> make(std::uint64_t size);
  std::variant<Shape, Fault> verified(const std::string& info, std::uint64_t size);
  Fault misfit(const std::string& what) const;
  std::optional<Fault> why_size_differs(std::uint64_t has, std::uint64_t wanted) const;
  Reply ask(Call call) const;

  const CollectionSettings settings_;
  const std::string target_;
  const Wire& wire_;
  std::mutex mutex_;  // guards all below
  std::condition_variable looked_;
  std::optional<Shape> shape_;
  std::optional<Fault> outage_;  // of the last look
  std::uint64_t looks_ = 0;      // that have ended
  bool is_looking_ = false;
};

}  // namespace qdrant_sink
