// RedisServer: a real redis-server for one test, in a folder of its own, ended with the test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

// One thread at a time. It listens on a free port of the loopback and on a unix socket, and keeps
// both when it is started again. Without `keeps_data` nothing outlives a kill.
class RedisServer {
 public:
  struct Options {
    std::string password = {};
    bool keeps_data = false;
    std::vector<std::string> arguments = {};  // more of the command line: {"--maxmemory", "3mb"}
  };

  // Throws std::runtime_error with a sentence when there is no redis-server or it does not start.
  RedisServer() : RedisServer(Options()) {}
  explicit RedisServer(Options options);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string url(int database = 0) const;  // redis://:password@127.0.0.1:port/database
  std::string socket_url() const;           // unix://:password@/path
  std::uint16_t port() const { return port_; }
  std::string log() const;

  void kill();           // SIGKILL: no goodbye, nothing saved
  void start();          // again, at the same address; returns once it takes commands
  void start_loading();  // the same, but does not wait for what it reads from its disk
  // From the next start on, on top of the others.
  void add_arguments(std::initializer_list<std::string> more);
  // From now on; nobody stays connected. Empty: none is asked for.
  void change_password(const std::string& password);
  // Halts and resumes the process: connections stay, nobody answers.
  void freeze();
  void thaw();

  // One command over a connection of its own. Text and numbers as text, "(nil)", the elements of an
  // array each on a line, an error as its text.
  std::string ask(std::initializer_list<std::string_view> words) const;
  // The same without waiting for the answer.
  void tell(std::initializer_list<std::string_view> words) const;

 private:
  void run();
  // Whether the process answers, and says all of `words` of itself.
  bool says(std::initializer_list<std::string> words) const;
  void wait_until(std::initializer_list<std::string> words);

  Options options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;  // 0: not running
};

}  // namespace sluice::fakes
