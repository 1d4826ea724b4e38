// Requests to a host, with answers that are easy to look into.
#pragma once

#include "net/client.hpp"
#include "net/event_loop.hpp"
#include "support/contract.hpp"
#include "support/patience.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <mutex>
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

// Any thread. Each answer is held against the host's own OpenAPI document; what departs from it is
// a failure of the test at hand.
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
  Answer fetch(const std::string& method, const std::string& path, std::string body,
               std::vector<net::Header> headers);
  std::shared_ptr<const Contract> contract(const std::vector<net::Header>& headers);

  std::string base_url_;
  net::EventLoop loop_{1};
  net::Client client_{loop_};
  std::mutex mutex_;  // guards contract_
  std::shared_ptr<const Contract> contract_;
};

}  // namespace sluice::testing
