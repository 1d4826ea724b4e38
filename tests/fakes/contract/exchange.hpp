// For tests: exchanges with a fake, held against a document.
#pragma once

#include "fakes/contract/contract.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::fakes {

struct Exchange {
  std::string method;
  std::string target;
  nlohmann::json body = {};  // null: none
  unsigned status = 200;     // that is expected
};

// Sends them in order. What is refused need not be a request that the document knows.
inline void expect_as_documented(const std::string& url, const Contract& contract,
                                 const std::vector<Exchange>& exchanges) {
  net::EventLoop loop{1};
  net::Client client{loop};
  for (const Exchange& exchange : exchanges) {
    Request request{exchange.method, exchange.target, {}, {}};
    net::ClientRequest sent{.method = exchange.method, .url = url + exchange.target};
    if (!exchange.body.is_null()) {
      request.headers = {{"Content-Type", "application/json"}};
      request.body = exchange.body.dump();
      sent.headers = {{"Content-Type", "application/json"}};
      sent.body = request.body;
    }
    const net::ClientResponse said = client.fetch(std::move(sent));
    Answer answer{.status = said.status, .body = said.body, .content_type = ""};
    for (const auto& header : said.headers) {
      if (header.name == "Content-Type") answer.content_type = header.value;
    }
    const std::string what = exchange.method + " " + exchange.target + " " + request.body;
    EXPECT_EQ(said.status, exchange.status) << what << " " << said.body;
    if (exchange.status < 300) {
      EXPECT_EQ(contract.check(request), Complaints{}) << what;
    }
    EXPECT_EQ(contract.check(request, answer), Complaints{}) << what;
  }
}

}  // namespace sluice::fakes
