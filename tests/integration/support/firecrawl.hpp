// A fake Firecrawl behind a host.
#pragma once

#include "fakes/firecrawl/fake_firecrawl.hpp"
#include "support/pages.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::testing {

// Settings of firecrawl-source that lead to it, to be appended to others; a crawl is compared as
// soon as it has closed.
std::string settings_for(const fakes::FakeFirecrawl& firecrawl, const std::string& more = {});

// Made-up pages as pages of the web.
fakes::SitePage site_page(const TestPage& page);
std::vector<fakes::SitePage> site_pages(const std::vector<TestPage>& pages);

// Whether one of the crawl's warnings has these words in it.
bool has_warning(const nlohmann::json& crawl, const std::string& words);

}  // namespace sluice::testing
