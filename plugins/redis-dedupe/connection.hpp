// Connection: one link to Redis, from connect to the first error.
#pragma once

#include "address.hpp"
#include "failure.hpp"

#include <hiredis/hiredis.h>

#include <chrono>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace redis_dedupe {

struct Patience {
  std::chrono::milliseconds connect = std::chrono::seconds{2};
  std::chrono::milliseconds answer = std::chrono::seconds{5};  // of each command
};

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

// The words of one command. Views: they live as long as the call.
using Command = std::vector<std::string_view>;

// One thread at a time. After a failure that is not an answer of Redis it is of no use any more.
class Connection {
 public:
  // Connects, says who we are and chooses the database. There is no reconnecting: hiredis would
  // forget time-outs, user and database, so a new Connection is made instead.
  static std::variant<std::unique_ptr<Connection>, Failure> open(const Address& address,
                                                                 const Patience& patience);

  // Sends the command and waits. An error answer is a Failure.
  std::variant<Reply, Failure> call(const Command& command);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  using Context = std::unique_ptr<redisContext, FreeContext>;

  Connection(Context context, const Address& address, const Patience& patience)
      : context_(std::move(context)), address_(address), patience_(patience) {}
  std::variant<std::monostate, Failure> introduce();

  Context context_;
  const Address& address_;
  const Patience& patience_;
};

}  // namespace redis_dedupe
