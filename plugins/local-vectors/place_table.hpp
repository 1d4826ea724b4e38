// PlaceTable: where the thing with a number lies, for numbers that are kept at those places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace local_vectors {

// A hash table of places alone, 4 bytes each in one piece: the number of a thing is read where it
// lies. `number_of(place)` does that and must not throw. Not thread-safe.
class PlaceTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // kNone for a number that is not in the table.
  template <class NumberOf>
  std::uint32_t find(std::int64_t number, NumberOf&& number_of) const {
    if (places_.empty()) return kNone;
    std::size_t at = home_of(number);
    while (places_[at] != kNone && number_of(places_[at]) != number) at = next(at);
    return places_[at];
  }

  // Room for one place more. Throws std::bad_alloc, and then nothing has changed.
  template <class NumberOf>
  void make_room(NumberOf&& number_of) {
    if (used_ + 1 <= places_.size() / 4 * 3) return;
    PlaceTable wider;
    wider.bits_ = bits_ == 0 ? kFewestBits : bits_ + 1;
    wider.places_.assign(std::size_t{1} << wider.bits_, kNone);
    for (const std::uint32_t place : places_) {
      if (place != kNone) wider.insert(place, number_of);
    }
    *this = std::move(wider);
  }

  // After make_room; the number must not be in the table yet.
  template <class NumberOf>
  void insert(std::uint32_t place, NumberOf&& number_of) noexcept {
    std::size_t at = home_of(number_of(place));
    while (places_[at] != kNone) at = next(at);
    places_[at] = place;
    ++used_;
  }

  // While the number, which must be in the table, still lies at its place.
  template <class NumberOf>
  void erase(std::uint32_t place, NumberOf&& number_of) noexcept {
    std::size_t hole = home_of(number_of(place));
    while (places_[hole] != place) hole = next(hole);
    // What was pushed on by the place that goes moves up, so that no search stops at the hole.
    for (std::size_t at = next(hole); places_[at] != kNone; at = next(at)) {
      const std::size_t pushed = (at - home_of(number_of(places_[at]))) & mask();
      if (pushed < ((at - hole) & mask())) continue;
      places_[hole] = places_[at];
      hole = at;
    }
    places_[hole] = kNone;
    --used_;
  }

 private:
  static constexpr unsigned kFewestBits = 4;

  std::size_t mask() const { return places_.size() - 1; }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  // Numbers come one after the other; this spreads them evenly.
  std::size_t home_of(std::int64_t number) const {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15U >>
                                    (64 - bits_));
  }

  std::vector<std::uint32_t> places_;  // 2^bits_ of them, three quarters in use at most
  std::size_t used_ = 0;
  unsigned bits_ = 0;
};

}  // namespace local_vectors
