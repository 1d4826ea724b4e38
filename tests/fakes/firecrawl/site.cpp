#include "fakes/firecrawl/site.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace sluice::fakes {
namespace {

std::string_view without_slash(std::string_view url) {
  return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
}

// Every address in parentheses after a bracket: [text](address).
Json links_of(std::string_view markdown) {
  Json links = Json::array();
  for (std::size_t at = markdown.find("]("); at != std::string_view::npos;
       at = markdown.find("](", at + 2)) {
    const std::size_t end = markdown.find(')', at);
    if (end == std::string_view::npos) break;
    links.push_back(std::string(markdown.substr(at + 2, end - at - 2)));
  }
  return links;
}

}  // namespace

std::string new_uuid() {
  constexpr std::string_view kPattern = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
  constexpr std::string_view kDigits = "0123456789abcdef";
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string id(kPattern);
  for (char& c : id) {
    if (c == 'x') c = kDigits[random() % kDigits.size()];
  }
  return id;
}

std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return std::string(url.substr(0, url.find_first_of("/?#")));
  }
  return {};
}

Formats Formats::of(const Json& options) {
  Formats formats;
  const auto wanted = options.find("formats");
  if (wanted == options.end() || !wanted->is_array()) return formats;
  const auto has = [&](const char* name) {
    return std::any_of(wanted->begin(), wanted->end(), [&](const Json& format) {
      return format == name || (format.is_object() && format.value("type", "") == name);
    });
  };
  formats.has_markdown = has("markdown");
  formats.has_html = has("html") || has("rawHtml");
  formats.has_links = has("links");
  return formats;
}

void Site::publish(SitePage page) {
  const auto same = std::find_if(pages_.begin(), pages_.end(),
                                 [&](const SitePage& old) { return old.url == page.url; });
  if (same == pages_.end()) {
    pages_.push_back(std::move(page));
  } else {
    *same = std::move(page);
  }
}

std::vector<SitePage> Site::pages_of(std::string_view host) const {
  std::vector<SitePage> found;
  std::copy_if(pages_.begin(), pages_.end(), std::back_inserter(found),
               [&](const SitePage& page) { return host_of(page.url) == host; });
  return found;
}

void Site::make_up(const std::string& host, std::size_t count) {
  if (host.empty() || !pages_of(host).empty()) return;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    publish({.url = "https://" + host + (i == 0 ? "/" : "/page/" + number),
             .title = "Page " + number + " of " + host,
             .markdown = "# Page " + number + "\n\nThe text of page " + number + " of " + host +
                         ", with the word w" + number + "q.\n"});
  }
}

SitePage Site::find(std::string_view url) const {
  const auto found = std::find_if(pages_.begin(), pages_.end(), [&](const SitePage& page) {
    return without_slash(page.url) == without_slash(url);
  });
  if (found != pages_.end()) return *found;
  if (pages_of(host_of(url)).empty()) {
    return {.url = std::string(url),
            .error = "DNS resolution failed for hostname: " + host_of(url),
            .error_code = "SCRAPE_DNS_RESOLUTION_ERROR"};
  }
  return {.url = std::string(url),
          .title = "Not found",
          .markdown = "# Not found\n",
          .status_code = 404};
}

Scraped Site::scrape(const SitePage& page, const Formats& formats, FirecrawlBuild build) {
  if (!page.error.empty()) {
    return {page.url,
            page.error,
            page.error_code.empty() ? "SCRAPE_ALL_ENGINES_FAILED" : page.error_code,
            {}};
  }
  Json document = Json::object();
  if (formats.has_markdown) document["markdown"] = page.markdown;
  if (formats.has_html) document["html"] = "<h1>" + page.title + "</h1>";
  if (formats.has_links) document["links"] = links_of(page.markdown);
  Json metadata = {{"title", page.title},
                   {"language", page.language},
                   {"robots", {"index", "follow"}},
                   {"scrapeId", new_uuid()},
                   {"sourceURL", page.url}};
  if (build == FirecrawlBuild::kAug2026) {
    metadata["url"] = page.moved_to.empty() ? page.url : page.moved_to;
  }
  metadata["statusCode"] = page.status_code;
  if (page.status_code >= 400) {
    metadata["error"] = page.status_code == 404 ? "Not Found" : "Error";
  }
  metadata["contentType"] = "text/html; charset=utf-8";
  metadata["proxyUsed"] = "basic";
  metadata["cacheState"] = "miss";
  metadata["creditsUsed"] = 1;
  document["metadata"] = std::move(metadata);
  return {page.url, {}, {}, std::move(document)};
}

std::optional<SitePage> Site::cached(const std::string& url,
                                     std::chrono::milliseconds max_age) const {
  const auto found = cache_.find(url);
  if (found == cache_.end()) return std::nullopt;
  if (std::chrono::steady_clock::now() - found->second.at >= max_age) return std::nullopt;
  return found->second.page;
}

void Site::cache(const SitePage& page) {
  cache_.insert_or_assign(page.url, Copy{page, std::chrono::steady_clock::now()});
}

}  // namespace sluice::fakes
