// RemoteHost: a running sluice, asked over its HTTP API.
#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::app {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct HostOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string token = {};       // a secret; empty: none
  std::string output = "text";  // or "json"

  bool is_json() const { return output == "json"; }
};

// --url, with SLUICE_URL behind it.
void add_url_option(CLI::App& verb, HostOptions& options);
// --token, with SLUICE_API_TOKEN behind it, and --output.
void add_token_and_output(CLI::App& verb, HostOptions& options);

// scheme://host[:port] of a URL, and what follows it.
struct HostAddress {
  std::string base;
  std::string target;
};
Result<HostAddress> address_of(const std::string& url);

// Why there was no answer, and what to do about it. `url` is the host's.
Error unreachable(const net::ClientResponse& response, const std::string& url);

// The sentence in an error answer, {"detail": "..."}, or its status if there is none.
std::string detail_of(const net::ClientResponse& response);

struct Answer {
  nlohmann::json json;  // an object
  std::string text;     // as it came
};

// Thread-compatible; owns its connections.
class RemoteHost {
 public:
  // Fault::kInvalid when the URL is none.
  static Result<HostAddress> check(const HostOptions& options);

  RemoteHost(HostAddress address, std::string token);

  // An object, from an answer of 2xx, or of the status `also`. Fault::kUnavailable: nobody answers;
  // kNotFound: 404; kInvalid: other 4xx; kInternal: 5xx, or what answers is no sluice.
  Result<Answer> get(const std::string& path);
  Result<Answer> post(const std::string& path, std::string body, unsigned also = 200);
  Result<Answer> remove(const std::string& path);

 private:
  Result<Answer> ask(net::ClientRequest request, unsigned also);

  HostAddress address_;
  std::string token_;
  net::EventLoop loop_;
  net::Client client_;
};

// Reading answers: what is missing or of another type is empty, 0 or null.
std::string text_at(const nlohmann::json& object, std::string_view key);
double number_at(const nlohmann::json& object, std::string_view key);
std::uint64_t count_at(const nlohmann::json& object, std::string_view key);
const nlohmann::json& part_at(const nlohmann::json& object, std::string_view key);

// Prints the sentence on standard error; the exit code that goes with the failure.
int fail_with(const Error& error);

}  // namespace sluice::app
