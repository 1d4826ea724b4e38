// ReadBuffer: where a connection's bytes land before the parser takes them.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace sluice::net {

// A fixed block, filled at its end and emptied from its front. One thread.
class ReadBuffer {
 public:
  // 64 KiB: growing in small steps made big bodies up to 25 times slower, and more no longer helps.
  static constexpr std::size_t kSize = std::size_t{64} * 1024;

  std::string_view filled() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool is_full() const { return end_ - begin_ == kSize; }

  struct Room {
    char* data;
    std::size_t size;
  };
  // Where to read to; not empty unless is_full().
  Room room() {
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, kSize - end_};
  }
  void add(std::size_t size) { end_ += size; }

  void use(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) clear();
  }
  void clear() { begin_ = end_ = 0; }

 private:
  // Not zeroed: a connection touches what it uses.
  std::unique_ptr<char[]> bytes_{new char[kSize]};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sluice::net
