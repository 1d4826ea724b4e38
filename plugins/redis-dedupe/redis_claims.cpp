#include "redis_claims.hpp"

#include "hash.hpp"
#include "key_names.hpp"

#include <cassert>
#include <utility>
#include <vector>

namespace redis_dedupe {
namespace {

constexpr std::size_t kKeysPerPage = 4;
constexpr std::size_t kWordsPerPage = 3;

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view{}
                              : std::string_view{reply.str, static_cast<std::size_t>(reply.len)};
}

// The value of a line "name:value" of INFO.
std::string info_line(std::string_view info, std::string_view name) {
  const std::string start = "\n" + std::string(name) + ":";
  const std::size_t at = info.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = info.substr(at + start.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n")));
}

Failure odd_answer(const Address& address) {
  return {.kind = Failure::Kind::kMisfit,
          .code = {},
          .sentence = "Redis at " + address.label() +
                      " answered a script with something else than it returns; check that 'url' "
                      "leads to a Redis of version 5 or later."};
}

}  // namespace

RedisClaims::RedisClaims(Settings settings)
    : settings_(std::move(settings)), pool_(settings_.address, settings_.patience) {}

std::variant<Reply, Failure> RedisClaims::run(const Script& script, std::span<const Key> keys,
                                              std::span<const std::string> settings) {
  const KeyNames names(settings_.prefix, settings_.has_hash_tags);
  std::vector<std::string> made;  // what the command looks at
  made.reserve(keys.size() * (kKeysPerPage + 1));
  Command command{"EVALSHA", script.sha1};
  command.reserve(3 + settings.size() + keys.size() * (kKeysPerPage + kWordsPerPage));
  const std::string count = std::to_string(keys.size() * kKeysPerPage);
  command.push_back(count);
  for (const Key& key : keys) {
    command.push_back(made.emplace_back(names.done(key.scope)));
    command.push_back(made.emplace_back(names.lease(key.scope, key.id)));
    command.push_back(made.emplace_back(names.page_lease(key.id)));
    command.push_back(made.emplace_back(names.page(key.id)));
  }
  command.insert(command.end(), settings.begin(), settings.end());
  for (const Key& key : keys) {
    command.push_back(key.id);
    command.push_back(made.emplace_back(key.is_deletion() ? "" : hex(key.digest)));
    command.push_back(key.scope.empty() ? "0" : "1");
  }
  auto answer = pool_.call(command);
  const auto* failure = std::get_if<Failure>(&answer);
  if (failure == nullptr || failure->kind != Failure::Kind::kNoScript) return answer;
  command[0] = "EVAL";  // which also makes Redis know it from now on
  command[1] = script.text;
  return pool_.call(command);
}

std::optional<Failure> RedisClaims::claim(std::span<const Key> keys, Milliseconds lease,
                                          std::span<Answer> answers) {
  assert(keys.size() == answers.size());
  if (keys.empty()) return std::nullopt;
  const Milliseconds length = lease.count() > 0 ? lease : settings_.lease;
  const std::array settings = {settings_.owner, std::to_string(length.count()),
                               std::to_string(settings_.ttl.count()),
                               std::to_string(settings_.remember.count())};
  auto answer = run(claim_script(), keys, settings);
  if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  const redisReply& reply = *std::get<Reply>(answer);
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != keys.size())
    return odd_answer(settings_.address);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const redisReply& one = *reply.element[i];
    if (one.type != REDIS_REPLY_INTEGER || one.integer < 0 ||
        one.integer > static_cast<int>(Answer::kUnchanged))
      return odd_answer(settings_.address);
    answers[i] = static_cast<Answer>(one.integer);
  }
  return std::nullopt;
}

std::optional<Failure> RedisClaims::settle(std::span<const Key> keys, Ending ending) {
  if (keys.empty()) return std::nullopt;
  const std::array<std::string, 4> settings = {settings_.owner, ending == Ending::kDone ? "1" : "0",
                                               std::to_string(settings_.ttl.count()),
                                               std::to_string(settings_.remember.count())};
  auto answer = run(settle_script(), keys, settings);
  if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  return std::nullopt;
}

std::variant<ServerFacts, Failure> RedisClaims::look() {
  using Clock = std::chrono::steady_clock;
  auto info = pool_.call({"INFO"});
  if (auto* failure = std::get_if<Failure>(&info)) return std::move(*failure);
  const std::string_view text = text_of(*std::get<Reply>(info));
  ServerFacts facts{.version = info_line(text, "redis_version"),
                    .role = info_line(text, "role"),
                    .eviction_policy = info_line(text, "maxmemory_policy"),
                    .latency = {}};
  const auto began = Clock::now();
  auto pong = pool_.call({"PING"});
  if (auto* failure = std::get_if<Failure>(&pong)) return std::move(*failure);
  facts.latency = std::chrono::duration_cast<Milliseconds>(Clock::now() - began);
  return facts;
}

}  // namespace redis_dedupe
