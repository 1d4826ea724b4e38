// What the benches of the whole host share: pages to send, a host to send them to, and clients that
// do nothing but send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::bench {

// The real binary on a data folder of its own, on a free port. Ends with this.
class Host {
 public:
  // `settings`: lines of the pipeline file beside its stages, such as "mode: batch".
  Host(const std::filesystem::path& folder, const std::vector<std::string>& settings);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  std::uint16_t port() const { return port_; }
  double cpu_seconds() const;
  double peak_mebibytes() const;
  double resident_mebibytes() const;  // now

 private:
  int pid_ = 0;
  std::uint16_t port_ = 0;
};

// The webhook body of one page of about `bytes` bytes of Markdown, the same for the same number.
std::string page_event(const std::string& crawl, std::uint64_t number, std::size_t bytes);
std::string closing_event(const std::string& crawl);

struct Sent {
  double seconds = 0;
  std::size_t accepted = 0;  // answers of 2xx
  std::size_t refused = 0;
};
// Posts every body once, over `connections` kept-alive connections with a thread each.
Sent post_all(std::uint16_t port, const std::vector<std::string>& bodies, std::size_t connections);

// One request on a connection of its own; the answer's body.
std::string request(std::uint16_t port, const std::string& method, const std::string& path,
                    const std::string& body);

}  // namespace sluice::bench
