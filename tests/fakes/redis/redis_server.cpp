#include "fakes/redis/redis_server.hpp"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace sluice::fakes {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartPatience{20'000};
constexpr milliseconds kGlance{10};
constexpr int kPorts = 10;  // to try, when somebody else is quicker to take one

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
using Link = std::unique_ptr<redisContext, FreeContext>;

// A port that was free a moment ago.
std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  const bool is_found =
      probe >= 0 && bind(probe, any, size) == 0 && getsockname(probe, any, &size) == 0;
  close(probe);
  if (!is_found) throw std::runtime_error("There is no free port for redis-server.");
  return ntohs(address.sin_port);
}

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return "(nil)";
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_ARRAY: {
      std::string all;
      for (std::size_t i = 0; i < reply.elements; ++i)
        all += (i == 0 ? "" : "\n") + text_of(*reply.element[i]);
      return all;
    }
    default:
      return {reply.str, static_cast<std::size_t>(reply.len)};
  }
}

// The answer to a command, or what went wrong on the way as text.
std::string answer_to(redisContext* link, std::vector<std::string_view> words) {
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  auto* reply = static_cast<redisReply*>(
      redisCommandArgv(link, static_cast<int>(data.size()), data.data(), sizes.data()));
  if (reply == nullptr) return link->errstr;
  std::string text = text_of(*reply);
  freeReplyObject(reply);
  return text;
}

Link connect(std::uint16_t port, const std::string& password) {
  Link link(redisConnectWithTimeout("127.0.0.1", port, {.tv_sec = 5, .tv_usec = 0}));
  if (!link || link->err != 0) return nullptr;
  redisSetTimeout(link.get(), {.tv_sec = 30, .tv_usec = 0});
  if (!password.empty()) answer_to(link.get(), {"AUTH", password});
  return link;
}

}  // namespace

RedisServer::RedisServer(Options options) : options_(std::move(options)) {
  std::string name = (std::filesystem::temp_directory_path() / "redis-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for redis-server");
  folder_ = name;
  for (int i = 1; process_ == 0; ++i) {
    port_ = free_port();
    run();
    try {
      wait_until({"loading:0"});
    } catch (const std::runtime_error&) {
      kill();
      if (i == kPorts) throw;
    }
  }
}

RedisServer::~RedisServer() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string RedisServer::url(int database) const {
  const std::string who = options_.password.empty() ? "" : ":" + options_.password + "@";
  return "redis://" + who + "127.0.0.1:" + std::to_string(port_) + "/" + std::to_string(database);
}

std::string RedisServer::socket_url() const {
  const std::string who = options_.password.empty() ? "" : ":" + options_.password + "@";
  return "unix://" + who + (folder_ / "socket").string();
}

std::string RedisServer::log() const {
  std::ostringstream all;
  all << std::ifstream(folder_ / "log").rdbuf();
  return all.str();
}

void RedisServer::kill() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void RedisServer::start() {
  start_loading();
  wait_until({"loading:0"});
}

void RedisServer::start_loading() {
  if (process_ != 0) return;
  run();
  wait_until({});
}

void RedisServer::add_arguments(std::initializer_list<std::string> more) {
  options_.arguments.insert(options_.arguments.end(), more);
}

void RedisServer::change_password(const std::string& password) {
  ask({"CONFIG", "SET", "requirepass", password});
  options_.password = password;
  ask({"CLIENT", "KILL", "TYPE", "normal"});
}

void RedisServer::freeze() {
  if (process_ != 0) ::kill(process_, SIGSTOP);
}

void RedisServer::thaw() {
  if (process_ != 0) ::kill(process_, SIGCONT);
}

std::string RedisServer::ask(std::initializer_list<std::string_view> words) const {
  const Link link = connect(port_, options_.password);
  return link ? answer_to(link.get(), words) : "cannot connect";
}

void RedisServer::tell(std::initializer_list<std::string_view> words) const {
  const Link link = connect(port_, options_.password);
  if (!link) return;
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(link.get(), static_cast<int>(data.size()), data.data(), sizes.data());
  int is_written = 0;
  while (is_written == 0 && redisBufferWrite(link.get(), &is_written) == REDIS_OK) {
  }
}

// The process of the server; it ends with the test, whatever becomes of that.
void RedisServer::run() {
  std::vector<std::string> words = {"redis-server",
                                    "--port",
                                    std::to_string(port_),
                                    "--bind",
                                    "127.0.0.1",
                                    "--unixsocket",
                                    (folder_ / "socket").string(),
                                    "--dir",
                                    folder_.string(),
                                    "--logfile",
                                    (folder_ / "log").string(),
                                    "--save",
                                    "",
                                    "--appendonly",
                                    options_.keeps_data ? "yes" : "no",
                                    "--appendfsync",
                                    "always",
                                    "--enable-debug-command",
                                    "yes"};
  if (!options_.password.empty()) words.insert(words.end(), {"--requirepass", options_.password});
  words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("cannot start a process for redis-server");
  if (process_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

bool RedisServer::says(std::initializer_list<std::string> words) const {
  const Link link = connect(port_, options_.password);
  if (!link) return false;
  // Ours, and not another that was quicker to take the port. Answered while loading, too.
  const std::string info = answer_to(link.get(), {"INFO"});
  const auto has = [&](const std::string& word) { return info.find(word) != std::string::npos; };
  return has("process_id:" + std::to_string(process_) + "\r") &&
         std::all_of(words.begin(), words.end(), has);
}

void RedisServer::wait_until(std::initializer_list<std::string> words) {
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (!says(words)) {
    const bool is_gone = waitpid(process_, nullptr, WNOHANG) == process_;
    if (is_gone) process_ = 0;
    if (is_gone || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(
          "redis-server does not start; install Debian's redis-server. It says: " + log());
    }
    std::this_thread::sleep_for(kGlance);
  }
}

}  // namespace sluice::fakes
