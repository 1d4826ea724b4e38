#include "core/waiting_line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tei {
namespace {

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
  const auto end = items_.begin() + static_cast<std::ptrdiff_t>(next_size(limits));
  std::move(items_.begin(), end, std::back_inserter(out.items));
  items_.erase(items_.begin(), end);
  return out;
}

std::vector<Item> WaitingLine::take_expired(Clock::time_point now) {
  std::vector<Item> out;
  move_expired(items_, now, out);
  for (Piece& piece : pieces_) move_expired(piece.items, now, out);
  std::erase_if(pieces_, [](const Piece& piece) { return piece.items.empty(); });
  return out;
}

}  // namespace tei
