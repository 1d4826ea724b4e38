// Compressor: bytes smaller, and as they were again.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::content {

// Any thread. Keeps a context for each thread that packs at the same time: making one costs more
// than packing a page.
class Compressor final {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  std::string pack(std::string_view bytes);
  // An Error when the bytes are not what pack made, or would become more than `most`.
  static Result<std::string> unpack(std::string_view packed, std::size_t most);

 private:
  struct Context;

  std::unique_ptr<Context> borrow();

  std::mutex mutex_;
  std::vector<std::unique_ptr<Context>> idle_;  // guarded by mutex_
};

}  // namespace sluice::content
