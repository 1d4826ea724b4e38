// Poco judges the URL; path and query are taken from the text, because Poco decodes them and would
// not give "%2F" back.
#include "net/url.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <array>
#include <string_view>
#include <utility>

namespace sluice::net {

namespace {

Error bad_url(const std::string& why) {
  return {Fault::kInvalid, "The URL cannot be used: " + why + "."};
}

std::string encoded(std::string_view raw) {
  constexpr std::array<char, 17> kDigits = {"0123456789ABCDEF"};
  std::string text;
  text.reserve(raw.size());
  for (const char letter : raw) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte > ' ' && byte < 0x7f) {
      text += letter;
    } else {
      text += '%';
      text += kDigits.at(byte >> 4U);
      text += kDigits.at(byte & 15U);
    }
  }
  return text;
}

// Path and query as written, beginning with a slash.
std::string target_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find('#'));
  const auto start = url.find_first_of("/?");
  if (start == std::string_view::npos) return "/";
  const auto target = encoded(url.substr(start));
  return target.front() == '/' ? target : "/" + target;
}

}  // namespace

Result<Url> parse_url(const std::string& text) {
  try {
    const Poco::URI uri(text);
    const bool is_https = uri.getScheme() == "https";
    if (!is_https && uri.getScheme() != "http") {
      return bad_url("it does not begin with http:// or https://");
    }
    if (text.find("://") == std::string::npos || uri.getHost().empty()) {
      return bad_url("it names no host");
    }
    if (!uri.getUserInfo().empty()) {
      return bad_url("it has a user or password before the host; send an Authorization header");
    }
    Url url;
    url.is_https = is_https;
    url.host = uri.getHost();
    if (url.host.find_first_of("\r\n\t \\%") != std::string::npos) {
      return bad_url("its host has characters that no host has");
    }
    url.port = uri.getPort();
    url.authority = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    if (url.port != (is_https ? 443 : 80)) url.authority += ":" + std::to_string(url.port);
    url.target = target_of(text);
    return url;
  } catch (const Poco::Exception&) {
    return bad_url("it is not written as URLs are");
  }
}

}  // namespace sluice::net
