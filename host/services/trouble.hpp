// Trouble: what stands in the way of a component, beside the batches that fail in it.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice::services {

// Owned by the component's instance. Any thread.
class Trouble final {
 public:
  // The component's own word; empty: there is none any more.
  void told(std::string_view reason);
  // A search or a query's embedding failed in it. `worked` ends that, whatever it was that worked.
  void failed(std::string_view reason);
  void worked();

  std::string reason() const;  // empty: none

 private:
  void set(std::string& place, std::string_view reason);

  // Whether there may be any, so that nobody takes the lock for each page that went well. Relaxed:
  // news may come a moment late.
  std::atomic<bool> is_there_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::string told_;
  std::string seen_;
};

}  // namespace sluice::services
