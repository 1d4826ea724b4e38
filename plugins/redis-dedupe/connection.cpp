#include "connection.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace redis_dedupe {
namespace {

timeval to_timeval(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  return {.tv_sec = seconds.count(), .tv_usec = rest.count()};
}

redisContext* connect(const Address& address, timeval patience) {
  if (!address.socket.empty()) return redisConnectUnixWithTimeout(address.socket.c_str(), patience);
  return redisConnectWithTimeout(address.host.c_str(), address.port, patience);
}

}  // namespace

std::variant<std::unique_ptr<Connection>, Failure> Connection::open(const Address& address,
                                                                    const Patience& patience) {
  Context context(connect(address, to_timeval(patience.connect)));
  if (!context) return unreachable(address, "out of memory");
  if (context->err != 0) return unreachable(address, context->errstr);
  // The time-out of connecting ends with the connection; commands need their own.
  if (redisSetTimeout(context.get(), to_timeval(patience.answer)) != REDIS_OK)
    return unreachable(address, context->errstr);
  // Without it a peer that vanished without a word holds an idle connection for ever. Not offered
  // for unix sockets, which need it not.
  if (address.socket.empty()) redisEnableKeepAlive(context.get());
  std::unique_ptr<Connection> made(new Connection(std::move(context), address, patience));
  auto introduced = made->introduce();
  if (auto* failure = std::get_if<Failure>(&introduced)) return std::move(*failure);
  return made;
}

std::variant<std::monostate, Failure> Connection::introduce() {
  std::vector<Command> commands;
  if (!address_.password.empty()) {
    Command auth{"AUTH"};
    if (!address_.user.empty()) auth.push_back(address_.user);
    auth.push_back(address_.password);
    commands.push_back(std::move(auth));
  }
  const std::string database = std::to_string(address_.database);
  if (address_.database != 0) commands.push_back({"SELECT", database});
  for (const Command& command : commands) {
    auto answer = call(command);
    if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  }
  // For CLIENT LIST; a user without the right to set it does no harm by that.
  auto named = call({"CLIENT", "SETNAME", "sluice"});
  if (context_->err != 0) return std::move(std::get<Failure>(named));
  return std::monostate{};
}

std::variant<Reply, Failure> Connection::call(const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  words.reserve(command.size());
  lengths.reserve(command.size());
  for (const std::string_view word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  errno = 0;
  Reply reply(static_cast<redisReply*>(redisCommandArgv(
      context_.get(), static_cast<int>(words.size()), words.data(), lengths.data())));
  if (!reply) {
    const bool is_late = context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (is_late) return too_slow(address_, patience_.answer);
    return cut_off(address_, context_->errstr);
  }
  if (reply->type == REDIS_REPLY_ERROR)
    return failure_of_answer(address_, {reply->str, static_cast<std::size_t>(reply->len)});
  return reply;
}

}  // namespace redis_dedupe
