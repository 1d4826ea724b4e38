// sluice/url.hpp - what a page is called: two spellings of one address give one document id. Every
// source names its records with it, so that a page is the same page whoever brings it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {
inline namespace sdk_v1 {

// Longer addresses are refused: they become keys of every store behind the pipeline.
inline constexpr std::size_t kMaxUrlBytes = 8192;

struct PageUrl {
  std::string canonical;   // the document id; empty when `fault` says why
  std::string domain;      // the host without port, lower-case; empty for schemes that have none
  std::string_view fault;  // a sentence that lives for ever; empty when the address is fine

  bool ok() const { return fault.empty(); }
};

// Scheme and host in lower case; no fragment, default port or tracking parameters; an empty path is
// "/"; everything else keeps its order and spelling. Addresses that are not http or https are only
// trimmed of white space at their ends. A canonical address is its own. Linear time; any thread.
inline PageUrl canonical_url(std::string_view url);

// Slices of the given text put together again, so that what is kept keeps its spelling.
namespace detail::url {

inline constexpr std::array<std::string_view, 20> kTracking = {
    "utm_source", "utm_medium", "utm_campaign",  "utm_term", "utm_content", "utm_id", "gclid",
    "gclsrc",     "fbclid",     "msclkid",       "twclid",   "li_fat_id",   "mc_cid", "mc_eid",
    "_hsenc",     "_hsmi",      "hsctatracking", "_ga",      "_gac",        "_gl"};

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lowered(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

inline bool is_alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

inline std::string_view trimmed(std::string_view s) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

inline std::string_view without_trailing_spaces(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

// The scheme in front of the first colon, or nothing.
inline std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(url.front())) return {};
  const std::string_view scheme = url.substr(0, colon);
  const bool fine = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return fine ? scheme : std::string_view{};
}

struct Authority {
  std::string_view user;  // with its '@'; kept as written
  std::string_view host;  // with the brackets of an IPv6 address
  std::string_view port;  // without the colon
};

inline Authority split_authority(std::string_view text) {
  Authority a;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    a.user = text.substr(0, at + 1);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon =
      bracket == std::string_view::npos ? std::string_view::npos : text.find(':', bracket);
  a.host = text.substr(0, colon);
  if (colon != std::string_view::npos) a.port = text.substr(colon + 1);
  return a;
}

inline bool is_ipv6(std::string_view bracketed) {
  if (bracketed.size() < 4 || bracketed.back() != ']') return false;
  const std::string address(bracketed.substr(1, bracketed.size() - 2));
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

inline std::string_view host_fault(std::string_view host) {
  if (host.empty()) return "the URL names no host";
  if (host.starts_with('[')) {
    return is_ipv6(host) ? std::string_view{} : "the IPv6 address in the URL is not valid";
  }
  // What no host name may hold, by the URL standard.
  constexpr std::string_view kForbidden = " \"<>[]\\^`{|}";
  return host.find_first_of(kForbidden) == std::string_view::npos
             ? std::string_view{}
             : "the host name in the URL has a character that host names cannot have";
}

inline bool is_port(std::string_view port, std::uint32_t& number) {
  number = 0;
  if (port.empty()) return true;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc{} && end == port.data() + port.size() && number <= 65535;
}

inline bool is_tracking(std::string_view parameter) {
  const std::string_view name = without_trailing_spaces(parameter.substr(0, parameter.find('=')));
  return std::any_of(kTracking.begin(), kTracking.end(), [name](std::string_view known) {
    return name.size() == known.size() && std::equal(name.begin(), name.end(), known.begin(),
                                                     [](char a, char b) { return lower(a) == b; });
  });
}

// `query` is without its question mark. An empty rest adds nothing: "/?" is the page "/".
inline void append_query(std::string& out, std::string_view query) {
  const std::size_t start = out.size();
  out += '?';
  bool is_first = true;
  while (true) {
    const std::size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    if (!is_tracking(parameter)) {
      if (!is_first) out += '&';
      out += parameter;
      is_first = false;
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  // What was cut off may leave spaces at the end, which canonical_url would trim the next time.
  while (out.back() == ' ') out.pop_back();
  if (out.size() == start + 1) out.resize(start);
}

inline PageUrl faulty(std::string_view why) { return {{}, {}, why}; }

// `rest` is what follows "http://" or "https://".
inline PageUrl web_url(std::string scheme, std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const Authority authority = split_authority(rest.substr(0, authority_end));
  if (const std::string_view fault = host_fault(authority.host); !fault.empty()) {
    return faulty(fault);
  }
  std::uint32_t port = 0;
  if (!is_port(authority.port, port)) {
    return faulty("the port in the URL is not a number from 0 to 65535");
  }
  const bool is_default_port = port == (scheme == "https" ? 443U : 80U);

  PageUrl out;
  out.domain = lowered(authority.host);
  out.canonical = std::move(scheme);
  out.canonical.reserve(out.canonical.size() + rest.size() + 4);
  out.canonical.append("://").append(authority.user).append(out.domain);
  if (!authority.port.empty() && !is_default_port) out.canonical.append(":").append(authority.port);
  rest.remove_prefix(authority_end);
  const std::size_t question = rest.find('?');
  const std::string_view path = rest.substr(0, question);
  out.canonical += path.empty() ? std::string_view{"/"} : path;
  if (question != std::string_view::npos) append_query(out.canonical, rest.substr(question + 1));
  while (out.canonical.back() == ' ') out.canonical.pop_back();  // the first slash stops it
  return out;
}

// Only the host of "scheme://host/...", for the domain filter of a search.
inline std::string domain_of_other(std::string_view after_scheme) {
  if (!after_scheme.starts_with("//")) return {};
  after_scheme.remove_prefix(2);
  return lowered(split_authority(after_scheme.substr(0, after_scheme.find_first_of("/?#"))).host);
}

}  // namespace detail::url

inline PageUrl canonical_url(std::string_view url) {
  url = detail::url::trimmed(url);
  if (url.empty()) return detail::url::faulty("the page has no URL");
  if (url.size() > kMaxUrlBytes) return detail::url::faulty("the URL is longer than 8192 bytes");
  if (std::any_of(url.begin(), url.end(), detail::url::is_control)) {
    return detail::url::faulty("the URL has a control character");
  }
  const std::string_view written = detail::url::scheme_of(url);
  if (written.empty())
    return detail::url::faulty("the URL is not absolute: it has no scheme such as https://");
  std::string scheme = detail::url::lowered(written);
  const std::string_view rest = url.substr(written.size() + 1);
  if (scheme != "http" && scheme != "https") {
    return {std::string(url), detail::url::domain_of_other(rest), {}};
  }
  if (!rest.starts_with("//")) return detail::url::faulty("the URL names no host");
  return detail::url::web_url(std::move(scheme), rest.substr(2));
}

}  // namespace sdk_v1
}  // namespace sluice
