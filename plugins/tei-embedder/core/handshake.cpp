#include "core/handshake.hpp"

#include "core/answer_rows.hpp"
#include "core/refusal.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace tei {
namespace {

constexpr std::chrono::seconds kInfoTimeout{5};     // /info costs nothing
constexpr std::chrono::seconds kSampleTimeout{30};  // a text waits behind those of others
constexpr std::string_view kSample = "dimension";

Handshake failed(Outcome outcome, std::string why) {
  return {.link = std::nullopt, .failure = {outcome, std::move(why)}};
}

Handshake failed(const Refusal& refusal) {
  switch (refusal.meaning) {
    case Meaning::kStopping:
      return failed(Outcome::kStopping, refusal.why);
    case Meaning::kUnwell:
    case Meaning::kOverloaded:
      return failed(Outcome::kAgain, refusal.why);
    default:
      return failed(Outcome::kHold, refusal.why);
  }
}

// One handshake under way. Kept alive by the callback of the call that it waits for.
class Greeting : public std::enable_shared_from_this<Greeting> {
 public:
  Greeting(Outside& outside, const Settings& settings, Past past,
           std::function<void(Handshake)> done)
      : outside_(outside), settings_(settings), past_(std::move(past)), done_(std::move(done)) {}
  // Whatever threw on the way: it ends here.
  ~Greeting() {
    if (!is_over_) end({.failure = out_of_memory()});
  }
  Greeting(const Greeting&) = delete;
  Greeting& operator=(const Greeting&) = delete;

  void ask_info() {
    Call call{.method = "GET", .path = "/info", .timeout = kInfoTimeout};
    outside_.send(std::move(call),
                  [self = shared_from_this()](const Reply& reply) { self->take_info(reply); });
  }

 private:
  void end(Handshake handshake) {
    is_over_ = true;
    done_(std::move(handshake));
  }
  void take_info(const Reply& reply) {
    const Refusal refusal = understand(reply, "/info");
    switch (refusal.meaning) {
      case Meaning::kVectors:
        link_.info = read_info(reply.body);
        if (!link_.info) {
          return end(failed(Outcome::kAgain, "TEI answered /info with something else."));
        }
        break;
      case Meaning::kStopping:
      case Meaning::kUnwell:
      case Meaning::kOverloaded:
        return end(failed(refusal));
      default:
        break;  // a server or a proxy that hides its limits: its defaults hold
    }
    if (link_.info && !link_.info->model_kind.empty() && link_.info->model_kind != "embedding") {
      return end(failed(Outcome::kUnfit, "The model " + link_.info->model_id + " at url is a " +
                                             link_.info->model_kind + " and makes no vectors."));
    }
    const std::optional<Link>& known = past_.link;
    const bool is_known = known && known->info && link_.info &&
                          known->info->is_same_model(*link_.info) && is_allowed(known->wire);
    if (is_known && past_.is_doubted) return ask_sample(known->wire);
    if (is_known) {
      link_.dimension = known->dimension;
      link_.wire = known->wire;
      link_.latency = known->latency;
      return end({.link = std::move(link_)});
    }
    ask_sample(is_allowed(Wire::kOpenAi) ? Wire::kOpenAi : Wire::kNative);
  }

  // The OpenAI form always normalizes, and truncates as the server was told to.
  bool is_allowed(Wire wire) const {
    if (wire == Wire::kNative) return true;
    const bool truncates = settings_.truncate == Truncate::kYes;
    return settings_.normalize == Normalize::kYes && link_.info &&
           link_.info->auto_truncate == truncates;
  }

  void ask_sample(Wire wire) {
    const std::array texts = {kSample};
    Call call{.path = std::string(path_of(wire)),
              .body = write_body({.wire = wire}, texts),
              .timeout = kSampleTimeout};
    const auto begin = outside_.now();
    outside_.send(std::move(call), [self = shared_from_this(), wire, begin](Reply reply) {
      self->link_.latency =
          std::chrono::ceil<std::chrono::milliseconds>(self->outside_.now() - begin);
      self->take_sample(std::move(reply), wire);
    });
  }

  void take_sample(Reply reply, Wire wire) {
    const Refusal refusal = understand(reply, path_of(wire));
    const auto sample =
        refusal.meaning == Meaning::kVectors ? read_sample(reply.body) : std::nullopt;
    if (wire == Wire::kOpenAi) {
      const bool may_come_back = refusal.meaning == Meaning::kStopping ||
                                 refusal.meaning == Meaning::kOverloaded ||
                                 reply.loss != Reply::Loss::kNone;
      if (may_come_back) return end(failed(refusal));
      // Not served, or in numbers: then the native form has less around them.
      if (!sample || !sample->is_base64) return ask_sample(Wire::kNative);
    }
    if (refusal.meaning != Meaning::kVectors) return end(failed(refusal));
    if (!sample) {
      return end(failed(Outcome::kAgain, "TEI answered " + std::string(path_of(wire)) +
                                             " with something that is no vector."));
    }
    link_.dimension = sample->dimension;
    link_.wire = wire;
    end({.link = std::move(link_)});
  }

  Outside& outside_;
  const Settings& settings_;
  const Past past_;
  const std::function<void(Handshake)> done_;
  Link link_;
  bool is_over_ = false;
};

}  // namespace

Limits Link::limits(const Settings& settings) const {
  const ServerInfo server = info.value_or(ServerInfo{});
  Limits out;
  out.texts = std::min(server.max_client_batch_size,
                       settings.max_batch.value_or(server.max_client_batch_size));
  out.tokens = std::min(server.max_batch_tokens,
                        settings.max_batch_tokens.value_or(server.max_batch_tokens));
  return out;
}

std::size_t Link::most_in_flight() const {
  const std::size_t permits = info.value_or(ServerInfo{}).max_concurrent_requests;
  return std::max<std::size_t>(1, permits - permits / 8);
}

std::string Link::describe() const {
  std::string out = "TEI";
  if (info) out += " " + info->version + " with " + info->model_id;
  out += ": " + std::to_string(dimension) + " dimensions";
  if (info) {
    out += ", " + std::to_string(info->max_client_batch_size) + " texts a request, " +
           std::to_string(info->max_batch_tokens) + " tokens a batch, " +
           std::to_string(info->max_input_length) + " tokens a text, " +
           std::to_string(info->max_concurrent_requests) + " texts at once";
  }
  return out + "; one text took " + std::to_string(latency.count()) + " ms";
}

void shake_hands(Outside& outside, const Settings& settings, Past past,
                 std::function<void(Handshake)> done) {
  try {
    std::make_shared<Greeting>(outside, settings, std::move(past), std::move(done))->ask_info();
  } catch (const std::bad_alloc&) {
    // Its destructor has said so, unless it was never made; then nothing took `done`.
    if (done) done({.failure = out_of_memory()});
  }
}

}  // namespace tei
