// Window: how many texts may be at the server at once. It learns that from the server's refusals,
// as TCP learns the width of a path: a bit wider with every answer, half as wide when refused.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tei {

// Thread-compatible.
class Window {
 public:
  // `most` is what the server says that it takes; the window begins there.
  explicit Window(std::size_t most) { set_most(most); }

  // At a new server, or the same with other limits: as at the beginning.
  void set_most(std::size_t most);

  bool has_room(std::size_t texts) const {
    return in_flight_ == 0 || in_flight_ + texts <= static_cast<std::size_t>(size_);
  }
  std::size_t size() const { return static_cast<std::size_t>(size_); }
  std::size_t in_flight() const { return in_flight_; }

  // What sent returns comes back with one of the other three.
  struct Ticket {
    std::size_t texts = 0;
    std::uint64_t generation = 0;
  };
  Ticket sent(std::size_t texts);
  void answered(const Ticket& ticket);  // there was room
  // Refused for want of room. False when that was known when it was answered: it had been sent
  // before the window was narrowed last.
  bool overloaded(const Ticket& ticket);
  void lost(const Ticket& ticket);  // no answer, or none that says anything about room

 private:
  static constexpr double kStep = 16;  // texts that a whole window of answers widens it by

  double most_ = 0;
  double size_ = 0;
  std::size_t in_flight_ = 0;
  // Grows with every narrowing: refusals of what was sent before it say nothing new.
  std::uint64_t generation_ = 0;
};

}  // namespace tei
