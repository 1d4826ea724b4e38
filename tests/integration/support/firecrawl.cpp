#include "support/firecrawl.hpp"

#include <algorithm>

namespace sluice::testing {

std::string settings_for(const fakes::FakeFirecrawl& firecrawl, const std::string& more) {
  return ", api_url: \"" + firecrawl.url() + "\", reconcile_after: 0s" + more;
}

fakes::SitePage site_page(const TestPage& page) {
  return {.url = page.url,
          .title = page.title,
          .markdown = page.markdown,
          .status_code = page.status_code.value_or(200),
          .language = page.language};
}

std::vector<fakes::SitePage> site_pages(const std::vector<TestPage>& pages) {
  std::vector<fakes::SitePage> site;
  for (const TestPage& page : pages) site.push_back(site_page(page));
  return site;
}

bool has_warning(const nlohmann::json& crawl, const std::string& words) {
  const auto warnings = crawl.value("warnings", nlohmann::json::array());
  return std::any_of(warnings.begin(), warnings.end(), [&](const nlohmann::json& warning) {
    return warning.get<std::string>().find(words) != std::string::npos;
  });
}

}  // namespace sluice::testing
