// Arbitrary bytes as a signature header, a delivery's body and an address. Besides the sanitizers
// it checks what the rest of the host relies on: canonical addresses are fixed points, and answers
// are JSON.
#include "json_check.hpp"
#include "signature.hpp"
#include "webhook.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Takes every page and remembers nothing.
class OpenPipeline final : public firecrawl::Pipeline {
 public:
  void take(firecrawl::CrawlNews news, Taken taken) override {
    require(!news.job_id.empty());
    for (const auto& record : news.records) require(!record.id.canonical.empty());
    const std::vector<firecrawl::PageVerdict> verdicts(news.records.size(),
                                                       firecrawl::PageVerdict::kAccepted);
    taken(firecrawl::Intake::kTaken, verdicts);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  require(firecrawl::check_signature("key", input, input) != firecrawl::SignatureCheck::kOk);

  const sluice::PageUrl url = sluice::canonical_url(input);
  if (url.ok()) require(sluice::canonical_url(url.canonical).canonical == url.canonical);

  OpenPipeline pipeline;
  firecrawl::WebhookSettings settings;
  settings.pages.on_gone = firecrawl::OnGone::kDelete;
  int answers = 0;
  firecrawl::answer_delivery(
      settings, {.signature = {}, .body = input, .readable = input.size()}, pipeline,
      [&](const firecrawl::Answer& answer) {
        ++answers;
        require(firecrawl::check_json(answer.body) == firecrawl::JsonCheck::kOk);
      });
  require(answers == 1);
  return 0;
}
