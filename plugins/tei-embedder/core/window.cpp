#include "core/window.hpp"

#include <algorithm>

namespace tei {

void Window::set_most(std::size_t most) {
  most_ = static_cast<double>(std::max<std::size_t>(1, most));
  size_ = most_;
  ++generation_;
}

Window::Ticket Window::sent(std::size_t texts) {
  in_flight_ += texts;
  return {texts, generation_};
}

void Window::answered(const Ticket& ticket) {
  in_flight_ -= ticket.texts;
  size_ = std::min(most_, size_ + kStep * static_cast<double>(ticket.texts) / size_);
}

bool Window::overloaded(const Ticket& ticket) {
  in_flight_ -= ticket.texts;
  if (ticket.generation != generation_) return false;
  size_ = std::max(1.0, size_ / 2);
  ++generation_;
  return true;
}

void Window::lost(const Ticket& ticket) { in_flight_ -= ticket.texts; }

}  // namespace tei
