// Descriptors: how many files and connections the process may have open, and who gets them. Idle
// clients must never take those that journal and indexes need.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

namespace sluice::app {

// For journal, tables and indexes, and for the connections to services behind the stages, which
// take 16 each.
inline constexpr std::size_t kReservedDescriptors = 256;

// How many there may be now.
inline std::size_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur;
}

// To the most that the process may give itself: services and shells often start with fewer. Where
// that is refused, as by a sandbox, it stays what it was.
inline void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

struct ConnectionLimit {
  std::size_t connections = 0;
  std::string warning = {};  // empty: there are as many as wanted
};

// How many of `wanted` connections there may be at once when the process may have `descriptors`.
inline ConnectionLimit connections_within(std::size_t descriptors, std::size_t wanted) {
  const std::size_t reserved = std::min(kReservedDescriptors, descriptors / 2);
  const std::size_t left = std::max<std::size_t>(descriptors - reserved, 1);
  if (left >= wanted) return {wanted};
  return {left, "no more than " + std::to_string(left) +
                    " connections are taken at once, as the process may have only " +
                    std::to_string(descriptors) + " files open; raise that limit to " +
                    std::to_string(wanted + kReservedDescriptors) +
                    ": LimitNOFILE= of a systemd unit, --ulimit nofile= of Docker, ulimit -n of a "
                    "shell"};
}

}  // namespace sluice::app
