// Site: the web that a FakeFirecrawl scrapes.
#pragma once

#include "fakes/firecrawl/json.hpp"
#include "fakes/firecrawl/options.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

// A version 4 UUID.
std::string new_uuid();

// "docs.example" of "https://docs.example/a?b"; empty when it is no http address.
std::string host_of(std::string_view url);

// Which keys of a document are wanted.
struct Formats {
  bool has_markdown = true;
  bool has_html = false;
  bool has_links = false;

  // Of a request's `formats`: texts or objects with a `type`.
  static Formats of(const Json& options);
};

// What came of scraping a page.
struct Scraped {
  std::string url;  // as asked for
  std::string error;
  std::string code;  // of the error
  Json document;     // without an error
};

// The caller locks.
class Site {
 public:
  void publish(SitePage page);
  // Those of one host, in the order in which they were published.
  std::vector<SitePage> pages_of(std::string_view host) const;
  // A host without pages has `count` from now on.
  void make_up(const std::string& host, std::size_t count);

  // A page that is not there is a 404 where the host is known, else a failure of DNS.
  SitePage find(std::string_view url) const;

  // The page as a document, or why not.
  static Scraped scrape(const SitePage& page, const Formats& formats, FirecrawlBuild build);

  // Firecrawl's own copy of a page that is not older than `max_age`.
  std::optional<SitePage> cached(const std::string& url, std::chrono::milliseconds max_age) const;
  void cache(const SitePage& page);

 private:
  struct Copy {
    SitePage page;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<SitePage> pages_;
  std::map<std::string, Copy, std::less<>> cache_;
};

}  // namespace sluice::fakes
