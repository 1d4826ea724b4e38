// The host's own client: what it cannot send, tests send by RawConnection.
#include "support/http.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace sluice::testing {

std::string Answer::header(std::string_view name) const {
  const std::string* value = net::find_header(headers, name);
  return value ? *value : std::string();
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.status << ' ' << answer.body;
}

Http::Http(std::string base_url) : base_url_(std::move(base_url)) {}

unsigned short Http::port() const {
  return static_cast<unsigned short>(std::stoul(base_url_.substr(base_url_.rfind(':') + 1)));
}

// Once the host lets us have it: behind a token not before a request brings one.
std::shared_ptr<const Contract> Http::contract(const std::vector<net::Header>& headers) {
  {
    const std::scoped_lock lock(mutex_);
    if (contract_) return contract_;
  }
  std::vector<net::Header> key;
  if (const auto* token = net::find_header(headers, "Authorization")) {
    key.push_back({"Authorization", *token});
  }
  const Answer answer = fetch("GET", "/api/openapi.json", {}, std::move(key));
  if (answer.status != 200) return nullptr;
  const std::scoped_lock lock(mutex_);
  if (!contract_) contract_ = std::make_shared<const Contract>(answer.json());
  return contract_;
}

Answer Http::send(const std::string& method, const std::string& path, std::string body,
                  std::vector<net::Header> headers) {
  Answer answer = fetch(method, path, std::move(body), headers);
  const auto contract = answer.status == 0 ? nullptr : this->contract(headers);
  if (!contract) return answer;
  const auto faults =
      contract->faults({method, path, answer.status, answer.header("Content-Type"), answer.body});
  for (const auto& fault : faults) {
    ADD_FAILURE() << method << ' ' << path << " answered " << answer.status
                  << ", not as its OpenAPI document says: " << fault << '\n'
                  << answer.body.substr(0, 2000);
  }
  return answer;
}

Answer Http::fetch(const std::string& method, const std::string& path, std::string body,
                   std::vector<net::Header> headers) {
  auto response = client_.fetch({.method = method,
                                 .url = base_url_ + path,
                                 .headers = std::move(headers),
                                 .body = std::move(body),
                                 .timeout = patient(seconds(30))});
  if (response.status == 0) return {0, response.detail, {}};
  return {response.status, std::move(response.body), std::move(response.headers)};
}

Answer Http::post(const std::string& path, const nlohmann::json& body,
                  std::vector<net::Header> headers) {
  headers.push_back({"Content-Type", "application/json"});
  return send("POST", path, body.dump(), std::move(headers));
}

}  // namespace sluice::testing
