// The host's own client: what it cannot send, tests send by RawConnection.
#include "support/http.hpp"

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

Answer Http::send(const std::string& method, const std::string& path, std::string body,
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
