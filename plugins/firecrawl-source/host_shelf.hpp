// The change queue's Shelf made of the host's durable keys.
#pragma once

#include "change_queue.hpp"

#include <sluice/host.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firecrawl {

class HostShelf final : public Shelf {
 public:
  explicit HostShelf(const sluice::Host& host) : state_(host) {}

  bool put(const std::string& key, const std::string& value) override {
    return state_.put(key_of(key), value).ok();
  }
  // A key that stays by mistake is a page scraped once more.
  void erase(const std::string& key) override { (void)state_.erase(key_of(key)); }
  std::vector<std::pair<std::string, std::string>> all() override {
    std::vector<std::pair<std::string, std::string>> kept;
    (void)state_.each(kPrefix, [&](std::string_view key, std::string_view value) {
      kept.emplace_back(key.substr(kPrefix.size()), value);
    });
    return kept;
  }

 private:
  static constexpr std::string_view kPrefix = "change/";
  static std::string key_of(const std::string& id) { return std::string(kPrefix) + id; }

  sluice::State state_;
};

}  // namespace firecrawl
