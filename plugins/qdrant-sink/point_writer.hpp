// PointWriter: turns changes into requests of a bearable size, and their outcome into verdicts.
#pragma once

#include "collection.hpp"
#include "doubt.hpp"
#include "fault.hpp"
#include "wire.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qdrant_sink {

// One change to the collection. A view: lives as long as the call it is passed to.
struct Change {
  enum class Kind : std::uint8_t {
    kPut,    // add the chunk, or replace the one with its document and ordinal
    kRemove  // the document's chunks from `ordinal` on; all of it from 0
  };
  Kind kind = Kind::kPut;
  std::string_view document_id = {};
  std::uint32_t ordinal = 0;
  // The rest is for kPut alone.
  std::span<const float> vector = {};
  std::string_view text = {};
  std::string_view metadata = {};  // members of a JSON object, without braces
};

struct Verdict {
  // kBusy: the change was not tried, or would have fared the same whatever it is.
  enum class Kind : std::uint8_t { kDone, kReject, kRetry, kBusy };
  Kind kind = Kind::kDone;
  std::string sentence;  // for the operator, unless done
  std::chrono::milliseconds after{0};
};

enum class Durability { kWaitedFor, kTaken };

struct WriterSettings {
  std::size_t max_points = 256;                   // of a request
  std::size_t max_bytes = std::size_t{16} << 20;  // of its body, unless one point is more
  Durability durability = Durability::kWaitedFor;
  std::chrono::milliseconds timeout = std::chrono::seconds{30};  // of a request
};

// How long a call of apply may go on.
struct Patience {
  std::function<bool()> is_wanted;  // asked between requests
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// Any thread may call.
class PointWriter {
 public:
  // Hears of every failure that is not about a single record, and of every success.
  using Weather = std::function<void(const Fault*)>;

  PointWriter(WriterSettings settings, Collection& collection, const Wire& wire, Weather weather)
      : settings_(settings), collection_(collection), wire_(wire), weather_(std::move(weather)) {}

  // In order. A change is done once Qdrant says that it is applied.
  std::vector<Verdict> apply(std::span<const Change> changes, const Patience& patience);

 private:
  class Run;

  const WriterSettings settings_;
  Collection& collection_;
  const Wire& wire_;
  const Weather weather_;
  // By Change::Kind: either may work while the other does not.
  std::array<Doubt, 2> doubts_;
};

}  // namespace qdrant_sink
