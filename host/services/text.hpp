// Between the ABI's views and ours.
#pragma once

#include <sluice/abi/base.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice::services {

inline std::string_view to_view(sluice_str s) {
  return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
}
inline sluice_str to_c(std::string_view s) { return {s.data(), s.size()}; }

// Fills the caller's error, when there is one, and returns the code.
inline sluice_status fail(sluice_error* err, sluice_status code, std::string_view message) {
  if (!err) return code;
  err->code = code;
  const std::size_t size = std::min(message.size(), sizeof err->message - 1);
  std::copy_n(message.begin(), size, err->message);
  err->message[size] = '\0';
  return code;
}

}  // namespace sluice::services
