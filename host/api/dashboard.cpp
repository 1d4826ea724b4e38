// The parts put together, and their digests.
#include "api/dashboard.hpp"

#include "api/dashboard_text.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>

namespace sluice::api {
namespace {

// "'sha256-...'" as a policy names what it allows.
std::string source_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, (SHA256_DIGEST_LENGTH + 2) / 3 * 4 + 1> base64{};
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return "'sha256-" +
         std::string(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)) +
         "'";
}

std::string with(std::string page, std::string_view place, std::string_view text) {
  return page.replace(page.find(place), place.size(), text);
}

net::Response make() {
  net::Response response{.status = 200, .content_type = "text/html; charset=utf-8"};
  response.body = with(with(std::string(kDashboardPage), "@STYLE@", kDashboardStyle), "@SCRIPT@",
                       kDashboardScript);
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src " + source_of(kDashboardScript) + "; style-src " +
           source_of(kDashboardStyle) +
           "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-cache"},
      {"Vary", "Accept"}};
  return response;
}

}  // namespace

bool wants_page(const net::Request& request) {
  const auto accept = request.header("accept");
  return accept && accept->find("text/html") != std::string_view::npos;
}

const net::Response& dashboard() {
  static const net::Response kPage = make();
  return kPage;
}

}  // namespace sluice::api
