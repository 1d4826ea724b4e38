// Token and rate.
#include "api/access.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace sluice::api {
namespace {

// Clients remembered at a time. Whoever fell out starts with a full bucket.
constexpr std::size_t kMostClients = 10'000;

// Digests have one length whatever was sent, so the comparison tells nothing about the token.
bool is_same(std::string_view a, std::string_view b) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> left{};
  std::array<unsigned char, SHA256_DIGEST_LENGTH> right{};
  SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), left.data());
  SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), right.data());
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool has_token(const net::Request& request, std::string_view token) {
  auto sent = request.header("authorization");
  if (!sent) return false;
  constexpr std::string_view kBearer = "bearer ";
  if (sent->size() > kBearer.size() &&
      net::equal_without_case(sent->substr(0, kBearer.size()), kBearer)) {
    sent->remove_prefix(kBearer.size());
  }
  return is_same(*sent, token);
}

bool is_trusted(const config::Api& settings, std::string_view address) {
  return std::any_of(settings.trusted_proxies.begin(), settings.trusted_proxies.end(),
                     [&](const config::Network& network) { return network.contains(address); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whoever has an IPv6 network at home has 2^64 addresses in it: they are one client.
std::string bucket_of(std::string_view address) {
  constexpr unsigned kHome = 64;  // bits
  const auto network = config::parse_network(address);
  const bool is_v6 = address.find(':') != std::string_view::npos;
  if (!network || !is_v6) return std::string(address);
  const auto* bytes = reinterpret_cast<const char*>(network->address.data());
  return std::string(bytes, kHome / 8);
}

}  // namespace

// Each proxy adds, at the end, whom it heard the request from; so the last one that is no proxy of
// ours is as much of the truth as can be known, and what stands before it anybody can have written.
std::string client_of(const net::Request& request, const config::Api& settings) {
  if (!is_trusted(settings, request.remote_address)) return request.remote_address;
  std::string heard;
  for (const auto& header : request.headers) {
    if (net::equal_without_case(header.name, "X-Forwarded-For")) heard += "," + header.value;
  }
  std::string client = request.remote_address;
  while (!heard.empty()) {
    const auto comma = heard.rfind(',');
    const std::string address(trimmed(std::string_view(heard).substr(comma + 1)));
    if (!config::parse_network(address) || address.find('/') != std::string::npos) return client;
    client = address;
    if (!is_trusted(settings, client)) return client;
    heard.resize(comma);
  }
  return client;
}

std::optional<double> Access::wait_for_turn(const std::string& client, const config::Rate& rate) {
  const double per_second =
      static_cast<double>(rate.count) / std::chrono::duration<double>(rate.period).count();
  const double most = std::max(1.0, per_second);
  const auto now = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= kMostClients && !buckets_.contains(client)) buckets_.clear();
  const auto [it, is_new] = buckets_.try_emplace(client, Bucket{most, now});
  Bucket& bucket = it->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(most, bucket.tokens + passed * per_second);
  bucket.filled = now;
  if (bucket.tokens < 1.0) return (1.0 - bucket.tokens) / per_second;
  bucket.tokens -= 1.0;
  return std::nullopt;
}

std::optional<net::Response> Access::refuse(const net::Request& request,
                                            const net::RouteOptions& route) {
  const auto settings = settings_.load();
  if (route.rate_limited && settings->rate_limit.count > 0) {
    if (const auto wait =
            wait_for_turn(bucket_of(client_of(request, *settings)), settings->rate_limit)) {
      auto response =
          net::error_response(429, "too many requests from this address; come again later");
      response.headers.push_back(
          {"Retry-After", std::to_string(static_cast<long>(std::ceil(*wait)))});
      return response;
    }
  }
  if (route.is_closed_without_token && settings->token.empty()) {
    return net::error_response(
        403, "this route acts with keys of the operator's and is open only where api.token is set");
  }
  if (route.needs_token && !settings->token.empty() && !has_token(request, settings->token)) {
    auto response = net::error_response(
        401, "the API token is missing or wrong; send Authorization: Bearer <token>");
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
  }
  return std::nullopt;
}

bool Access::admits_origin(std::string_view origin) const {
  const auto settings = settings_.load();
  return std::any_of(settings->cors.begin(), settings->cors.end(), [&](const std::string& allowed) {
    return allowed == "*" || net::equal_without_case(allowed, origin);
  });
}

}  // namespace sluice::api
