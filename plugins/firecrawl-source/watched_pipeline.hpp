// WatchedPipeline: a Pipeline that tells Watches which pages the one behind it has taken.
#pragma once

#include "pipeline.hpp"
#include "watches.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace firecrawl {

// Owned by the component, as what it refers to. Any thread.
class WatchedPipeline final : public Pipeline {
 public:
  WatchedPipeline(Pipeline& behind, Watches& watches) : behind_(behind), watches_(watches) {}

  void take(CrawlNews news, Taken taken) override {
    using Named = std::vector<std::pair<std::string, std::string>>;  // address and title
    auto pages = std::make_shared<Named>();  // shared: a std::function must be copyable
    pages->reserve(news.records.size());
    for (const PageRecord& page : news.records) {
      if (page.op == PageRecord::Op::kIndex) {
        pages->emplace_back(page.id.canonical, page.document.title);
      }
    }
    behind_.take(std::move(news), [this, pages, taken = std::move(taken)](
                                      Intake intake, std::span<const PageVerdict> verdicts) {
      if (intake == Intake::kTaken) {
        for (const auto& [url, title] : *pages) watches_.want(url, title);
      }
      taken(intake, verdicts);
    });
  }

 private:
  Pipeline& behind_;
  Watches& watches_;
};

}  // namespace firecrawl
