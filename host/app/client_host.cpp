#include "app/client_host.hpp"

#include "app/choice.hpp"
#include "app/terminal.hpp"
#include "app/terminal_text.hpp"
#include "net/url.hpp"

#include <utility>

namespace sluice::app {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestDetail = 300;  // columns of a host's sentence that are shown

json parsed_object(const std::string& body) {
  json value = json::parse(body, nullptr, false);
  return value.is_object() ? std::move(value) : json();
}

std::string cause_of(const net::ClientResponse& response) {
  switch (response.transport) {
    case net::Transport::kRefused:
      return "nothing listens there";
    case net::Transport::kDns:
      return "its name has no address";
    case net::Transport::kTimeout:
      return "it took too long";
    case net::Transport::kReset:
      return "the connection broke";
    case net::Transport::kTls:
      return "TLS failed";
    default:
      return std::string(net::transport_name(response.transport));
  }
}

}  // namespace

void add_url_option(CLI::App& verb, HostOptions& options) {
  verb.add_option("--url", options.url, "The running host")
      ->envname("SLUICE_URL")
      ->capture_default_str();
}

void add_token_and_output(CLI::App& verb, HostOptions& options) {
  verb.add_option("--token", options.token, "The host's api.token, if it has one")
      ->envname("SLUICE_API_TOKEN");
  add_output_choice(verb, [&options](const std::string& word) { options.output = word; });
}

Result<HostAddress> address_of(const std::string& url) {
  auto parsed = net::parse_url(url);
  if (!parsed) return std::move(parsed).error();
  return HostAddress{(parsed->is_https ? "https://" : "http://") + parsed->authority,
                     parsed->target};
}

Error unreachable(const net::ClientResponse& response, const std::string& url) {
  if (!response.distrust.empty()) {
    return {Fault::kUnavailable,
            "a host answers at " + url + ", but its certificate is not trusted (" +
                response.distrust +
                "); name a PEM file with the certificate, or with that of its authority, in "
                "SSL_CERT_FILE"};
  }
  return {Fault::kUnavailable,
          "no host answers at " + url + " (" + cause_of(response) +
              "); start one with \"sluice run FILE\", or give the address of the one you mean"};
}

std::string detail_of(const net::ClientResponse& response) {
  const json body = parsed_object(response.body);
  const std::string detail = shortened(text_at(body, "detail"), kLongestDetail);
  const std::string status = "HTTP " + std::to_string(response.status);
  if (!detail.empty()) return status + ": " + detail;
  return status + " " + std::string(net::reason_phrase(response.status));
}

Result<HostAddress> RemoteHost::check(const HostOptions& options) {
  auto address = address_of(options.url);
  if (!address) return std::move(address).error().in("--url");
  return address;
}

RemoteHost::RemoteHost(HostAddress address, std::string token)
    : address_(std::move(address)), token_(std::move(token)), loop_(1), client_(loop_) {}

Result<Answer> RemoteHost::get(const std::string& path) {
  return ask({.method = "GET", .url = address_.base + path}, 200);
}

Result<Answer> RemoteHost::post(const std::string& path, std::string body, unsigned also) {
  return ask({.method = "POST",
              .url = address_.base + path,
              .headers = {{"Content-Type", "application/json"}},
              .body = std::move(body)},
             also);
}

Result<Answer> RemoteHost::remove(const std::string& path) {
  return ask({.method = "DELETE", .url = address_.base + path}, 200);
}

Result<Answer> RemoteHost::ask(net::ClientRequest request, unsigned also) {
  if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
  net::ClientResponse response = client_.fetch(std::move(request));
  if (response.transport == net::Transport::kBadUrl) {
    return Error{Fault::kInvalid, "the request cannot be sent: " + response.detail};
  }
  if (response.transport != net::Transport::kOk) return unreachable(response, address_.base);
  const std::string detail = detail_of(response);
  if (response.status == 401) {
    return Error{Fault::kInvalid,
                 "the host at " + address_.base +
                     (token_.empty() ? " wants a token; give it with --token or SLUICE_API_TOKEN"
                                     : " does not take this token; compare it with its api.token")};
  }
  if (response.status == 404) return Error{Fault::kNotFound, "the host answered " + detail};
  if ((response.status < 200 || response.status > 299) && response.status != also) {
    const Fault fault = response.status < 500 ? Fault::kInvalid : Fault::kInternal;
    return Error{fault, "the host answered " + detail};
  }
  json body = parsed_object(response.body);
  if (body.is_null()) {
    return Error{Fault::kInternal, "what answers at " + address_.base + " is not a sluice host"};
  }
  return Answer{std::move(body), std::move(response.body)};
}

std::string text_at(const json& object, std::string_view key) {
  const json& part = part_at(object, key);
  return part.is_string() ? part.get<std::string>() : std::string();
}

double number_at(const json& object, std::string_view key) {
  const json& part = part_at(object, key);
  return part.is_number() ? part.get<double>() : 0;
}

std::uint64_t count_at(const json& object, std::string_view key) {
  const json& part = part_at(object, key);
  const bool is_count =
      part.is_number_unsigned() || (part.is_number_integer() && part.get<std::int64_t>() >= 0);
  return is_count ? part.get<std::uint64_t>() : 0;
}

const json& part_at(const json& object, std::string_view key) {
  static const json kNothing;
  const auto part = object.is_object() ? object.find(key) : object.end();
  return part == object.end() ? kNothing : *part;
}

int fail_with(const Error& error) {
  complain(error.message);
  return kExitFailed;
}

}  // namespace sluice::app
