// A client of a FakeFirecrawl, and a receiver of its webhooks.
#pragma once

#include "fakes/firecrawl/fake_firecrawl.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sluice::fakes {

struct Reply {
  unsigned status = 0;
  nlohmann::json body;
};

struct Firecrawl {
  explicit Firecrawl(const FirecrawlOptions& options = {}) : fake(options) {}

  Reply ask(const std::string& method, const std::string& path,
            const nlohmann::json& body = nullptr) {
    net::ClientRequest request{.method = method, .url = fake.url() + path};
    if (!body.is_null()) {
      request.body = body.dump();
      request.headers.push_back({"Content-Type", "application/json"});
    }
    if (!key.empty()) request.headers.push_back({"Authorization", "Bearer " + key});
    const auto response = client.fetch(std::move(request));
    return {response.status, nlohmann::json::parse(response.body, nullptr, false)};
  }
  Reply get(const std::string& path) { return ask("GET", path); }
  Reply post(const std::string& path, const nlohmann::json& body) {
    return ask("POST", path, body);
  }

  FakeFirecrawl fake;
  std::string key = {};
  net::EventLoop loop{1};
  net::Client client{loop};
};

// Takes deliveries and keeps them.
struct Mailbox {
  std::vector<nlohmann::json> events() const {
    std::vector<nlohmann::json> list;
    for (const Request& request : server.requests()) {
      list.push_back(nlohmann::json::parse(request.body));
    }
    return list;
  }
  std::vector<nlohmann::json> events(const std::string& type) const {
    std::vector<nlohmann::json> list = events();
    std::erase_if(list, [&](const nlohmann::json& event) { return event["type"] != type; });
    return list;
  }
  std::string url() const { return server.url() + "/hook"; }

  HttpServer server{[](const Request&) { return Answer{}; }, {.keep_requests = 1000}};
};

inline SitePage site_page(int number) {
  const std::string n = std::to_string(number);
  return {.url = "https://docs.example/p/" + n, .title = "T" + n, .markdown = "# T" + n};
}

inline std::vector<SitePage> site_pages(int count) {
  std::vector<SitePage> pages;
  for (int i = 0; i < count; ++i) pages.push_back(site_page(i));
  return pages;
}

}  // namespace sluice::fakes
