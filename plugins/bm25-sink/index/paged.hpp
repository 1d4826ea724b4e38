// A vector whose elements never move, so that growing it costs the same however large it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bm25 {

template <class T, std::size_t kPage = 1024>
class Paged {
 public:
  T& operator[](std::uint32_t at) { return pages_[at / kPage][at % kPage]; }
  const T& operator[](std::uint32_t at) const { return pages_[at / kPage][at % kPage]; }
  std::uint32_t size() const { return size_; }

  // Adds one element and returns its index.
  std::uint32_t grow() {
    if (size_ == pages_.size() * kPage) pages_.push_back(std::make_unique<T[]>(kPage));
    return size_++;
  }

 private:
  std::vector<std::unique_ptr<T[]>> pages_;
  std::uint32_t size_ = 0;
};

}  // namespace bm25
