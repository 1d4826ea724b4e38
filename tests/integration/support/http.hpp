// Requests to a host, with answers that are easy to look into.
#pragma once

#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "support/patience.hpp"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace sluice::testing {

struct Answer {
  unsigned status = 0;  // 0: none came, and `body` says why
  std::string body = {};
  std::vector<net::Header> headers = {};

  // Discarded when the body is none.
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string header(std::string_view name) const;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

// Any thread.
class Http final {
 public:
  explicit Http(std::string base_url);

  const std::string& base_url() const { return base_url_; }
  unsigned short port() const;

  Answer send(const std::string& method, const std::string& path, std::string body = {},
              std::vector<net::Header> headers = {});
  Answer get(const std::string& path, std::vector<net::Header> headers = {}) {
    return send("GET", path, {}, std::move(headers));
  }
  Answer post(const std::string& path, const nlohmann::json& body,
              std::vector<net::Header> headers = {});

 private:
  std::string base_url_;
  net::EventLoop loop_{1};
  net::Client client_{loop_};
};

}  // namespace sluice::testing
