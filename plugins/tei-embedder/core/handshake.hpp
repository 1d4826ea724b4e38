// The handshake: asks the service for its limits and for one vector, to learn how long they are and
// which endpoint gives them in base64. The vector is left out where all that is known already.
#pragma once

#include "core/exchange.hpp"
#include "core/limits.hpp"
#include "core/request_body.hpp"
#include "core/server_info.hpp"
#include "core/settings.hpp"
#include "core/verdict.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tei {

// What is known of a service that works.
struct Link {
  std::optional<ServerInfo> info = {};  // nothing from a server that keeps it to itself
  std::size_t dimension = 0;
  Wire wire = Wire::kNative;
  std::chrono::milliseconds latency{};  // of one text

  Limits limits(const Settings& settings) const;
  // Texts at the server at once: an eighth of its permits stays free for queries and for others.
  std::size_t most_in_flight() const;
  // "TEI 1.9.3 with acme/mini: 384 dimensions, ..."
  std::string describe() const;
};

struct Handshake {
  std::optional<Link> link = {};
  Verdict failure = {};  // when there is no link; kAgain, kHold, kUnfit or kStopping
};

// What there was before.
struct Past {
  std::optional<Link> link = {};
  // Whether a call has failed since: /info may answer while the model does not, so the service has
  // to make one vector before it is trusted with texts again.
  bool is_doubted = false;
};

// `done` runs once. `outside` and `settings` outlive the call.
void shake_hands(Outside& outside, const Settings& settings, Past past,
                 std::function<void(Handshake)> done);

}  // namespace tei
