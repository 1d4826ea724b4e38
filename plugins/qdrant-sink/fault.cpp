#include "fault.hpp"

#include "answers.hpp"

#include <string_view>

namespace qdrant_sink {
namespace {

using Kind = Fault::Kind;

// What only a person can mend is not asked about all the time.
constexpr std::chrono::seconds kAskPersonAgain{10};
// A full disk or a quota does not empty itself in a moment.
constexpr std::chrono::seconds kNoRoom{30};
// Of a text that we have no words for.
constexpr std::size_t kMostShown = 200;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text.substr(0, kMostShown)) + "'";
}

Fault no_answer(const Place& place, const Reply& reply) {
  const std::string who = "Qdrant at " + place.url;
  switch (reply.way) {
    case Reply::Way::kStopped:
      return {.kind = Kind::kRetry, .sentence = who + " was not asked to the end: the host stops."};
    case Reply::Way::kLate:
      return {.kind = Kind::kLate,
              .sentence = who + " did not answer in time; see its load and its log."};
    default:
      return {.kind = Kind::kAway,
              .sentence = who + " cannot be reached: " + reply.body +
                          " Check that it runs and that 'url' is right."};
  }
}

Fault bad_request(const std::string& who, const std::string& error) {
  if (has(error, "larger than allowed"))
    return {.kind = Kind::kTooLarge, .sentence = who + " takes no request of this size."};
  // The collection was made anew by somebody else, or an index was dropped.
  if (has(error, "Vector dimension error") || has(error, "Not existing vector name") ||
      has(error, "Index required"))
    return {.kind = Kind::kOutdated, .sentence = who + " says " + in_quotes(error) + "."};
  return {.kind = Kind::kBad, .sentence = who + " cannot use it: " + in_quotes(error) + "."};
}

Fault too_many(const std::string& who, const Reply& reply, const std::string& error) {
  if (reply.retry_after) {
    return {.kind = Kind::kAway,
            .sentence = who + " limits the rate of requests: " + in_quotes(error) + ".",
            .after = *reply.retry_after};
  }
  // Without a time to come back the request alone is more than its limit.
  return {
      .kind = Kind::kTooLarge,
      .sentence = who + " limits the rate of requests below this one: " + in_quotes(error) + "."};
}

}  // namespace

std::optional<Fault> fault_of(const Place& place, const Reply& reply) {
  if (reply.way != Reply::Way::kAnswered) return no_answer(place, reply);
  if (reply.status >= 200 && reply.status < 300) return std::nullopt;
  const std::string who = "Qdrant at " + place.url;
  const std::string error = error_text(reply.body);
  switch (reply.status) {
    case 400:
    case 422:
      return bad_request(who, error);
    case 401:
      return Fault{.kind = Kind::kDenied,
                   .sentence = who + (place.has_key ? " refuses the key; correct 'api_key'."
                                                    : " wants a key; set 'api_key'."),
                   .after = kAskPersonAgain};
    case 403:
      return Fault{.kind = Kind::kDenied,
                   .sentence = who + " does not let this key do that (" + in_quotes(error) +
                               "); use a key that may write to the collection.",
                   .after = kAskPersonAgain};
    case 404:
      return Fault{.kind = Kind::kMissing, .sentence = who + " says " + in_quotes(error) + "."};
    case 408:
      return Fault{.kind = Kind::kLate,
                   .sentence = who + " did not finish in time; see its load and its log."};
    case 413:
      return Fault{.kind = Kind::kTooLarge, .sentence = who + " takes no request of this size."};
    case 429:
      return too_many(who, reply, error);
    case 507:
      return Fault{.kind = Kind::kAway,
                   .sentence = who + " has no room left (" + in_quotes(error) +
                               "); free some on its disk or raise its quota.",
                   .after = kNoRoom};
    default:
      return Fault{.kind = Kind::kRetry,
                   .sentence = who + " failed with status " + std::to_string(reply.status) + " (" +
                               in_quotes(error) + "); see its log."};
  }
}

Fault nonsense(const Place& place) {
  return {.kind = Kind::kRetry,
          .sentence = place.url + " does not answer like a Qdrant; check 'url'.",
          .after = kAskPersonAgain};
}

}  // namespace qdrant_sink
