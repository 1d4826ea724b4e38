// bench_slow_clients: how long 50 clients wait for their searches, alone and beside 200 that send a
// byte now and then and never come to the point.
#include "journal/temporary_folder.hpp"
#include "load.hpp"
#include "place.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kGood = 50;
constexpr std::size_t kSlow = 200;
constexpr std::size_t kSearches = 40;  // of each good client
constexpr std::size_t kPages = 500;

// Half of them in their headers, half in a body; ends with this.
class SlowClients {
 public:
  explicit SlowClients(std::uint16_t port) {
    for (std::size_t i = 0; i < kSlow; ++i) {
      const int client = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
      }
      say(client, "POST /api/search HTTP/1.1\r\nHost: bench\r\n");
      say(client, i % 2 == 0 ? "X-Slow: " : "Content-Length: 100000\r\n\r\n");
      clients_.push_back(client);
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        for (const int client : clients_) say(client, "x");
        std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    });
  }
  ~SlowClients() {
    thread_ = {};
    for (const int client : clients_) close(client);
  }
  SlowClients(const SlowClients&) = delete;
  SlowClients& operator=(const SlowClients&) = delete;

 private:
  // One that was cut off is told nothing more.
  static void say(int client, std::string_view text) {
    if (send(client, text.data(), text.size(), MSG_NOSIGNAL) < 0) shutdown(client, SHUT_RDWR);
  }

  std::vector<int> clients_;
  std::jthread thread_;
};

struct Waits {
  double p50 = 0;
  double p99 = 0;
};

Waits measure(std::uint16_t port) {
  std::mutex mutex;  // guards waits
  std::vector<double> waits;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < kGood; ++i) {
    clients.emplace_back([&] {
      for (std::size_t n = 0; n < kSearches; ++n) {
        const auto begin = std::chrono::steady_clock::now();
        (void)sluice::bench::request(port, "POST", "/api/search",
                                     R"({"query":"page","mode":"keyword"})");
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        const std::scoped_lock lock(mutex);
        waits.push_back(took.count());
      }
    });
  }
  for (auto& client : clients) client.join();
  std::sort(waits.begin(), waits.end());
  return {waits[waits.size() / 2], waits[waits.size() * 99 / 100]};
}

int run(const std::filesystem::path& where) {
  const sluice::journal::TemporaryFolder folder(where);
  const sluice::bench::Host host(folder.path(), {"mode: streaming"});
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < kPages; ++i) {
    bodies.push_back(sluice::bench::page_event("slow", i, 2000));
  }
  sluice::bench::post_all(host.port(), bodies, 8);
  measure(host.port());  // warm
  const Waits alone = measure(host.port());
  Waits beside;
  {
    const SlowClients slow(host.port());
    beside = measure(host.port());
  }
  std::printf("%zu clients, %zu searches each\n\n", kGood, kSearches);
  std::printf("|                        | p50 ms | p99 ms |\n|---|---|---|\n");
  std::printf("| alone                  | %6.1f | %6.1f |\n", alone.p50, alone.p99);
  std::printf("| beside %zu slow clients | %6.1f | %6.1f |\n", kSlow, beside.p50, beside.p99);
  std::printf("\np99 beside / alone: %.2f (at most 3)\n", beside.p99 / alone.p99);
  return beside.p99 <= 3 * alone.p99 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(sluice::bench::place_of(argc, argv, 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_slow_clients: %s\n", error.what());
    return 1;
  }
}
