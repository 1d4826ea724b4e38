// How a body's memory grows while it arrives.
#pragma once

#include "net/read_buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::net {

// The capacity `body` shall have to take `more` bytes. A Content-Length is believed up to one read
// buffer, so that short bodies take one allocation; beyond, memory doubles with what has really
// come: who announces gigabytes and sends nothing holds nothing.
inline std::size_t grown_capacity(const std::string& body, std::size_t more,
                                  std::optional<std::uint64_t> announced) {
  const std::size_t needed = body.size() + more;
  if (needed <= body.capacity()) return body.capacity();
  const std::size_t doubled = std::max(needed, 2 * body.capacity());
  if (!announced) return doubled;
  const auto whole = static_cast<std::size_t>(*announced);
  if (whole <= ReadBuffer::kSize) return std::max(needed, whole);
  return std::max(needed, std::min(doubled, whole));
}

}  // namespace sluice::net
