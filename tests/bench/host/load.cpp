// Processes, sockets and synthetic pages.
#include "load.hpp"

#include "base/clock.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace sluice::bench {
namespace {

constexpr const char* kStages = R"(
stages:
  crawl: {plugin: firecrawl-source}
  seen: {plugin: local-dedupe}
  chunk: {plugin: chunker}
  embed: {plugin: hash-embedder}
  vectors: {plugin: local-vectors}
  words: {plugin: bm25-sink}
flow: [crawl, seen, chunk, [[embed, vectors], [words]]]
)";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      fail("cannot connect to port " + std::to_string(port));
    }
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The status; `answer` gets the body.
  int exchange(const std::string& head, const std::string& body, std::string& answer) {
    send_all(head);
    send_all(body);
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) receive();
    const int status = std::atoi(buffer_.c_str() + 9);  // after "HTTP/1.1 "
    const std::size_t length = content_length(std::string_view(buffer_).substr(0, end));
    while (buffer_.size() < end + 4 + length) receive();
    answer = buffer_.substr(end + 4, length);
    buffer_.erase(0, end + 4 + length);
    return status;
  }

 private:
  static std::size_t content_length(std::string_view head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string_view::npos ? 0 : std::strtoul(head.data() + at + 16, nullptr, 10);
  }
  void send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) fail("the connection broke while sending");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void receive() {
    std::array<char, 16384> chunk;
    const ssize_t got = recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) fail("the connection broke while receiving");
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  }

  int socket_;
  std::string buffer_;
};

std::string head_of(const std::string& method, const std::string& path, std::size_t length) {
  return method + " " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(length) + "\r\n\r\n";
}

// Words of a made-up language by Zipf's law, so that the index has common and rare ones as text
// does.
std::string markdown(std::uint64_t number, std::size_t bytes) {
  std::mt19937_64 random(number);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  constexpr double kVocabulary = 50'000;
  std::string text = "# Page " + std::to_string(number) + "\n\n";
  while (text.size() < bytes) {
    const auto rank = static_cast<std::uint64_t>(std::pow(kVocabulary, uniform(random)));
    std::uint64_t letters = rank * 2654435761U % 308915776U;  // 26^6: six letters from the rank
    for (int i = 0; i < 6; ++i, letters /= 26) text += static_cast<char>('a' + letters % 26);
    text += random() % 12 == 0 ? ".\n\n" : " ";
  }
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

}  // namespace

namespace {

// A line of /proc/<pid>/status, proc(5), which counts in KiB.
double mebibytes_of(int pid, std::string_view name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
  }
  return 0;
}

}  // namespace

Host::Host(const std::filesystem::path& folder, const std::vector<std::string>& settings) {
  std::filesystem::create_directories(folder);
  const auto file = folder / "pipeline.yaml";
  const auto ready = folder / "ready";
  std::filesystem::remove(ready);
  {
    std::ofstream out(file);
    out << "version: 1\ndata: ./data\nhttp: {listen: 127.0.0.1:0}\n";
    for (const auto& line : settings) out << line << '\n';
    out << kStages;
  }
  pid_ = fork();
  if (pid_ == 0) {
    setenv("SLUICE_PLUGIN_PATH", SLUICE_PLUGIN_FOLDER, 1);
    const int log = open((folder / "log").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(log, STDERR_FILENO);
    execl(SLUICE_BINARY, "sluice", "run", file.c_str(), "--ready-file", ready.c_str(), nullptr);
    _exit(127);
  }
  const auto deadline = Steady::now() + std::chrono::seconds(30);
  std::string url;
  while (url.empty() && Steady::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::ifstream(ready) >> url;
  }
  if (url.empty()) fail("the host did not start; see " + (folder / "log").string());
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

Host::~Host() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

double Host::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  std::string field;
  double ticks = 0;
  for (int i = 1; i <= 15 && in >> field; ++i) {
    if (i >= 14) ticks += std::stod(field);  // 14 and 15: user and system time, proc(5)
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Host::peak_mebibytes() const { return mebibytes_of(pid_, "VmHWM:"); }
double Host::resident_mebibytes() const { return mebibytes_of(pid_, "VmRSS:"); }

std::string page_event(const std::string& crawl, std::uint64_t number, std::size_t bytes) {
  const std::string url = "https://bench.example/" + crawl + "/" + std::to_string(number);
  return R"({"success":true,"type":"crawl.page","id":")" + crawl + R"(","data":[{"markdown":")" +
         escaped(markdown(number, bytes)) + R"(","metadata":{"title":"Page )" +
         std::to_string(number) + R"(","sourceURL":")" + url + R"(","url":")" + url +
         R"(","statusCode":200,"language":"en"}}],"metadata":{}})";
}

std::string closing_event(const std::string& crawl) {
  return R"({"success":true,"type":"crawl.completed","id":")" + crawl +
         R"(","data":[],"metadata":{}})";
}

Sent post_all(std::uint16_t port, const std::vector<std::string>& bodies, std::size_t connections) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> accepted = 0;
  const auto began = Steady::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      Connection connection(port);
      std::string answer;
      for (std::size_t at = next++; at < bodies.size(); at = next++) {
        const auto head = head_of("POST", "/api/webhook/firecrawl", bodies[at].size());
        const int status = connection.exchange(head, bodies[at], answer);
        if (status / 100 == 2) ++accepted;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Sent sent;
  sent.seconds = std::chrono::duration<double>(Steady::now() - began).count();
  sent.accepted = accepted;
  sent.refused = bodies.size() - accepted;
  return sent;
}

std::string request(std::uint16_t port, const std::string& method, const std::string& path,
                    const std::string& body) {
  Connection connection(port);
  std::string answer;
  connection.exchange(head_of(method, path, body.size()), body, answer);
  return answer;
}

}  // namespace sluice::bench
