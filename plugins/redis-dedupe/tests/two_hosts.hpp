// Two hosts, "a" and "b", on one Redis, and what most tests do with them.
#pragma once

#include "redis_claims.hpp"

#include "fakes/redis/redis_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <variant>

namespace redis_dedupe {

inline void PrintTo(Answer answer, std::ostream* out) {
  constexpr const char* kNames[] = {"New", "Changed", "Same", "Busy", "Unchanged"};
  *out << kNames[static_cast<std::size_t>(answer)];
}

inline Digest digest(std::uint8_t fill) {
  Digest out{};
  out.fill(fill);
  return out;
}

inline Settings settings_for(const std::string& url, const std::string& owner) {
  Settings settings;
  settings.address = std::get<Address>(parse_url(url));
  settings.owner = owner;
  return settings;
}

inline Answer claim(RedisClaims& claims, const Key& key, Milliseconds lease = {}) {
  Answer answer{};
  const auto failure = claims.claim({&key, 1}, lease, {&answer, 1});
  EXPECT_FALSE(failure) << failure->sentence;
  return answer;
}

// What a claim that must fail says.
inline std::string refusal(RedisClaims& claims, const Key& key) {
  Answer answer{};
  const auto failure = claims.claim({&key, 1}, {}, {&answer, 1});
  return failure ? failure->sentence : "none";
}

inline void settle(RedisClaims& claims, const Key& key, Ending ending) {
  const auto failure = claims.settle({&key, 1}, ending);
  EXPECT_FALSE(failure) << failure->sentence;
}

// A page that two crawls may meet, as it was and as it is later.
inline Key page() { return {.scope = "crawl", .id = "https://e.example/", .digest = digest(1)}; }
inline Key changed_page() {
  return {.scope = "crawl", .id = "https://e.example/", .digest = digest(2)};
}

}  // namespace redis_dedupe
