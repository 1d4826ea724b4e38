#include "core/waiting_line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tei {
namespace {

template <class Items>
std::size_t count_expired(const Items& items, Clock::time_point now) {
  return static_cast<std::size_t>(std::count_if(
      items.begin(), items.end(), [&](const Item& item) { return item.has_expired(now); }));
}

// `to` has room for them: a move that stops half-way would leave empty items behind.
template <class Items>
void move_expired(Items& from, Clock::time_point now, std::vector<Item>& to) {
  const auto gone = std::stable_partition(from.begin(), from.end(),
                                          [&](const Item& item) { return !item.has_expired(now); });
  std::move(gone, from.end(), std::back_inserter(to));
  from.erase(gone, from.end());
}

}  // namespace

std::vector<Piece> split(Piece piece, std::size_t texts) {
  const std::size_t parts = (piece.items.size() + texts - 1) / texts;
  std::vector<Piece> out;
  std::size_t at = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t end = piece.items.size() * (part + 1) / parts;
    Piece& next = out.emplace_back();
    next.purpose = piece.purpose;
    next.not_before = piece.not_before;
    for (; at < end; ++at) next.items.push_back(std::move(piece.items[at]));
  }
  return out;
}

std::size_t WaitingLine::next_size(const Limits& limits) const {
  if (!pieces_.empty()) return pieces_.front().items.size();
  Cost so_far;
  for (const Item& item : items_) {
    if (!has_room(limits, so_far, item.cost)) break;
    so_far.add(item.cost);
  }
  return so_far.texts;
}

Piece WaitingLine::take(const Limits& limits) {
  Piece out;
  if (!pieces_.empty()) {
    out = std::move(pieces_.front());
    pieces_.pop_front();
    return out;
  }
  const std::size_t size = next_size(limits);
  out.items.reserve(size);
  const auto end = items_.begin() + static_cast<std::ptrdiff_t>(size);
  std::move(items_.begin(), end, std::back_inserter(out.items));
  items_.erase(items_.begin(), end);
  return out;
}

std::vector<Item> WaitingLine::take_expired(Clock::time_point now) {
  std::vector<Item> out;
  std::size_t size = count_expired(items_, now);
  for (const Piece& piece : pieces_) size += count_expired(piece.items, now);
  if (size == 0) return out;
  out.reserve(size);
  move_expired(items_, now, out);
  for (Piece& piece : pieces_) move_expired(piece.items, now, out);
  std::erase_if(pieces_, [](const Piece& piece) { return piece.items.empty(); });
  return out;
}

}  // namespace tei
